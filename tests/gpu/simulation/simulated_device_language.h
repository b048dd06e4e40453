// CUDA's device language on the host: with this header a .cu file that keeps to the rules of
// engine/backends/cuda/device_code.h compiles with a plain C++ compiler. Types, conversions and the arithmetic of
// half and bfloat16 are CUDA's own headers.
//
// Differences from a GPU: blocks run one after another, so shared memory is static; a warp's lanes run one by one
// between shuffles; arithmetic rounds as the host does (no contraction to fused multiply-add).
#pragma once

#include <cuda_runtime.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <tuple>
#include <type_traits>

#include "tests/gpu/simulation/block.h"
#include "tests/gpu/simulation/launch_kernel.h"

#undef __global__
#undef __device__
#undef __host__
#undef __shared__
#undef __constant__
#undef __launch_bounds__
#undef __grid_constant__
#define __global__
#define __device__
#define __host__
#define __shared__ static
#define __constant__
#define __launch_bounds__(...)
#define __grid_constant__

#define threadIdx (::trainyard::simulation::builtIns.threadIdx)
#define blockIdx (::trainyard::simulation::builtIns.blockIdx)
#define blockDim (::trainyard::simulation::builtIns.blockDim)
#define gridDim (::trainyard::simulation::builtIns.gridDim)
inline constexpr int warpSize = 32;

// Waiting.
inline void __syncthreads() { trainyard::simulation::GridRunner::instance().blockBarrier(); }
inline int __syncthreads_count(int predicate) { return trainyard::simulation::GridRunner::instance().blockCount(predicate != 0); }
inline int __syncthreads_or(int predicate) { return __syncthreads_count(predicate) > 0; }
inline int __syncthreads_and(int predicate) { return __syncthreads_count(predicate == 0) == 0; }
inline void __syncwarp(unsigned = 0xFFFFFFFFu) { trainyard::simulation::GridRunner::instance().warpBarrier(); }
inline void __threadfence() {}
inline void __threadfence_block() {}

// Exchanges within a warp; the mask must be the full one.
namespace trainyard::simulation {

template <typename T, typename Source>
T shuffled(T value, int width, Source source)
{
    static_assert(sizeof(T) <= sizeof(std::uint64_t) && std::is_trivially_copyable_v<T>);
    GridRunner &runner = GridRunner::instance();
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    const auto &all = runner.exchange(bits);
    const int lane = static_cast<int>(runner.lane());
    const int from = source(lane, lane / width * width);
    // A lane beyond the segment gives the caller's own value, as on the device.
    const bool inside = from >= lane / width * width && from < (lane / width + 1) * width && (runner.lanesPresent() >> from & 1u) != 0;
    bits = all[static_cast<std::size_t>(inside ? from : lane)];
    std::memcpy(&value, &bits, sizeof(T));
    return value;
}

}  // namespace trainyard::simulation

template <typename T>
T __shfl_sync(unsigned, T value, int source, int width = 32)
{
    return trainyard::simulation::shuffled(value, width, [=](int, int segment) { return segment + (source & (width - 1)); });
}
template <typename T>
T __shfl_xor_sync(unsigned, T value, int laneMask, int width = 32)
{
    return trainyard::simulation::shuffled(value, width, [=](int lane, int) { return lane ^ laneMask; });
}
template <typename T>
T __shfl_down_sync(unsigned, T value, unsigned delta, int width = 32)
{
    return trainyard::simulation::shuffled(value, width, [=](int lane, int) { return lane + static_cast<int>(delta); });
}
template <typename T>
T __shfl_up_sync(unsigned, T value, unsigned delta, int width = 32)
{
    return trainyard::simulation::shuffled(value, width, [=](int lane, int) { return lane - static_cast<int>(delta); });
}
inline unsigned __ballot_sync(unsigned, int predicate)
{
    auto &runner = trainyard::simulation::GridRunner::instance();
    const auto &all = runner.exchange(predicate != 0 ? 1 : 0);
    unsigned bits = 0;
    for (unsigned lane = 0; lane < 32; ++lane)
        bits |= (runner.lanesPresent() >> lane & 1u) != 0 && all[lane] != 0 ? 1u << lane : 0u;
    return bits;
}
inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate == 0) == 0; }
inline unsigned __activemask() { return trainyard::simulation::GridRunner::instance().lanesPresent(); }

// Atomics, on integers alone: on floats the sum would depend on the order.
template <typename T>
T atomicAdd(T *at, std::type_identity_t<T> value)
{
    static_assert(std::is_integral_v<T>, "no float atomics: the same inputs give the same bits");
    const T before = *at;
    *at = static_cast<T>(before + value);
    return before;
}
template <typename T>
T atomicMax(T *at, std::type_identity_t<T> value)
{
    static_assert(std::is_integral_v<T>);
    const T before = *at;
    *at = std::max(before, value);
    return before;
}
template <typename T>
T atomicMin(T *at, std::type_identity_t<T> value)
{
    static_assert(std::is_integral_v<T>);
    const T before = *at;
    *at = std::min(before, value);
    return before;
}
template <typename T>
T atomicOr(T *at, std::type_identity_t<T> value)
{
    const T before = *at;
    *at = before | value;
    return before;
}
template <typename T>
T atomicAnd(T *at, std::type_identity_t<T> value)
{
    const T before = *at;
    *at = before & value;
    return before;
}
template <typename T>
T atomicExch(T *at, std::type_identity_t<T> value)
{
    const T before = *at;
    *at = value;
    return before;
}
template <typename T>
T atomicCAS(T *at, std::type_identity_t<T> compare, std::type_identity_t<T> value)
{
    const T before = *at;
    if (before == compare)
        *at = value;
    return before;
}

// Memory.
template <typename T>
T __ldg(const T *at)
{
    return *at;
}
template <typename T>
T __ldcs(const T *at)
{
    return *at;
}
template <typename T>
void __stcs(T *at, std::type_identity_t<T> value)
{
    *at = value;
}

// Arithmetic that the host's library lacks.
inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
inline double rsqrt(double x) { return 1.0 / std::sqrt(x); }
inline float __expf(float x) { return std::exp(x); }
inline float __logf(float x) { return std::log(x); }
inline float __powf(float x, float y) { return std::pow(x, y); }
inline float __fdividef(float x, float y) { return x / y; }
inline float __frcp_rn(float x) { return 1.0f / x; }
inline float __frsqrt_rn(float x) { return 1.0f / std::sqrt(x); }
inline float __fsqrt_rn(float x) { return std::sqrt(x); }
inline float __fdiv_rn(float x, float y) { return x / y; }
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __fsub_rn(float x, float y) { return x - y; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __fmaf_rn(float x, float y, float z) { return std::fma(x, y, z); }
inline float __saturatef(float x) { return x > 0.0f ? std::min(x, 1.0f) : 0.0f; }
inline double __dadd_rn(double x, double y) { return x + y; }
inline double __dmul_rn(double x, double y) { return x * y; }
inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>(std::uint64_t{a} * b >> 32); }
inline int __popc(unsigned x) { return std::popcount(x); }
inline int __popcll(unsigned long long x) { return std::popcount(x); }
inline int __clz(int x) { return std::countl_zero(static_cast<unsigned>(x)); }
inline int __ffs(int x) { return x == 0 ? 0 : std::countr_zero(static_cast<unsigned>(x)) + 1; }
inline float __int_as_float(int x) { return std::bit_cast<float>(x); }
inline int __float_as_int(float x) { return std::bit_cast<int>(x); }
inline float __uint_as_float(unsigned x) { return std::bit_cast<float>(x); }
inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
inline int __float2int_rn(float x) { return static_cast<int>(std::nearbyint(x)); }
inline int __float2int_rd(float x) { return static_cast<int>(std::floor(x)); }
using std::max;
using std::min;
