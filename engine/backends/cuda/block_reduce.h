// Sums and the like over the lanes of a warp and the threads of a block, always in the same order.
#pragma once

#include "engine/backends/cuda/launch.h"

namespace trainyard::cuda {

inline constexpr unsigned kAllLanes = 0xFFFFFFFFu;
inline constexpr int kWarpLanes = 32;
inline constexpr int kMostBlockThreads = 1024;

struct Plus {
    template <typename T>
    __device__ T operator()(T a, T b) const
    {
        return a + b;
    }
};

struct Larger {
    __device__ float operator()(float a, float b) const { return fmaxf(a, b); }
};

template <typename T>
__device__ inline T fromLane(T value, int distance)
{
    return __shfl_xor_sync(kAllLanes, value, distance);
}

// Over groups of kLanes lanes, a power of two; every lane gets its group's result. combine must give the same bits with
// its arguments swapped.
template <int kLanes, typename T, typename Combine>
__device__ inline T reduceLanes(T value, Combine combine)
{
    for (int distance = kLanes / 2; distance > 0; distance /= 2)
        value = combine(value, fromLane(value, distance));
    return value;
}

// Over all threads of a block of whole warps; every thread gets the result.
template <typename T, typename Combine>
__device__ inline T reduceBlock(T value, Combine combine)
{
    __shared__ T warps[kMostBlockThreads / kWarpLanes];
    value = reduceLanes<kWarpLanes>(value, combine);
    __syncthreads();  // the threads may still be reading the result before this one
    if (threadIdx.x % kWarpLanes == 0)
        warps[threadIdx.x / kWarpLanes] = value;
    __syncthreads();
    T result = warps[0];
    for (unsigned warp = 1; warp < blockDim.x / kWarpLanes; ++warp)
        result = combine(result, warps[warp]);
    return result;
}

}  // namespace trainyard::cuda
