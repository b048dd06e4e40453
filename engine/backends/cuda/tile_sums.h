// Sums over the rows a block of a channel tile has worked on.
#pragma once

#include "engine/backends/cuda/block_reduce.h"
#include "engine/backends/cuda/channel_tiles.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

// Adds up kValues values over all threads of the same column (thread % width). Returns the totals in shared memory:
// value k of a column is at [k * width + column]. They hold until the next call.
template <int kValues>
__device__ inline const float *sumTile(const float (&values)[kValues], int width)
{
    constexpr int kWarps = kTileThreads / kWarpLanes;
    __shared__ float shared[kWarps * kValues * kMostTileWidth];
    const int lane = static_cast<int>(threadIdx.x) % kWarpLanes, warp = static_cast<int>(threadIdx.x) / kWarpLanes;
    const int perWarp = kValues * width;
    __syncthreads();  // the totals of the call before may still be read
    TRAINYARD_UNROLL
    for (int k = 0; k < kValues; ++k) {
        float sum = values[k];
        for (int distance = kWarpLanes / 2; distance >= width; distance /= 2)
            sum += fromLane(sum, distance);
        if (lane < width)
            shared[warp * perWarp + k * width + lane] = sum;
    }
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < perWarp; i += kTileThreads) {
        float total = shared[i];
        for (int w = 1; w < kWarps; ++w)
            total += shared[w * perWarp + i];
        shared[i] = total;
    }
    __syncthreads();
    return shared;
}

}  // namespace trainyard::cuda
