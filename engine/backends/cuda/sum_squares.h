// The sum of the squares of tensors' elements: one partial sum per chunk, in double, because the squares of gradients that
// explode leave float32's range. sumPartials() of summed_up.h adds them up.
#pragma once

#include "engine/backends/cuda/summed_up.h"
#include "engine/backends/cuda/tensor_update.h"

namespace trainyard::cuda {

__device__ inline double square(float value)
{
    return static_cast<double>(value) * static_cast<double>(value);
}

// Of one of the arrays.
template <int kArrays>
__global__ void sumSquares(const __grid_constant__ TensorChunks<kArrays> chunks, int array, double *partials)
{
    constexpr int kPack = packElements<float>();
    const ChunkRange range = chunkRange(chunks, blockIdx.x);
    const float *from = static_cast<const float *>(chunks.arrays[array][range.tensor]);
    const bool aligned = reinterpret_cast<std::uintptr_t>(from) % kPackBytes == 0;
    const std::int64_t packedEnd = aligned ? range.begin + (range.end - range.begin) / kPack * kPack : range.begin;
    double mine = 0;
    for (std::int64_t i = range.begin + threadIdx.x * kPack; i < packedEnd; i += blockDim.x * kPack) {
        float values[kPack];
        loadFloats(from + i, values);
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            mine += square(values[k]);
    }
    for (std::int64_t i = packedEnd + threadIdx.x; i < range.end; i += blockDim.x)
        mine += square(from[i]);
    const double total = reduceBlock(mine, Plus{});
    if (threadIdx.x == 0)
        partials[blockIdx.x] = total;
}

inline std::size_t chunksOf(std::span<const std::int64_t> counts)
{
    std::int64_t chunks = 0;
    for (const std::int64_t count : counts)
        chunks += (count + kChunkElements - 1) / kChunkElements;
    return static_cast<std::size_t>(chunks);
}

}  // namespace trainyard::cuda
