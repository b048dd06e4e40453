// What every kernel file includes: CUDA's device language, from nvcc or from the simulation that runs the same source
// on the host (tests/gpu/simulation), and the few words both need.
//
// Rules for kernels, so that they are the same source everywhere:
//   - threads and blocks are read from threadIdx, blockIdx, blockDim, gridDim (x alone unless there is a reason)
//   - __shared__ arrays of a fixed size are declared plainly; there is no dynamic shared memory
//   - all threads of a block reach every __syncthreads(); shuffles use the full mask and warp-uniform control flow
//   - no float atomics: the same inputs give the same bits
//   - started through launch() (launch.h), never with <<<>>>
#pragma once

#ifdef TRAINYARD_CUDA_SIMULATION
#include <simulated_device_language.h>
#else
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#endif

#include <cstdint>

namespace trainyard::cuda {

// Arithmetic is in float32 whatever the storage type.
__host__ __device__ inline float toFloat(float x) { return x; }
__host__ __device__ inline float toFloat(__nv_bfloat16 x) { return __bfloat162float(x); }
__host__ __device__ inline float toFloat(__half x) { return __half2float(x); }

template <typename T>
__host__ __device__ inline T fromFloat(float x);
template <>
__host__ __device__ inline float fromFloat<float>(float x) { return x; }
template <>
__host__ __device__ inline __nv_bfloat16 fromFloat<__nv_bfloat16>(float x) { return __float2bfloat16(x); }
template <>
__host__ __device__ inline __half fromFloat<__half>(float x) { return __float2half(x); }

}  // namespace trainyard::cuda
