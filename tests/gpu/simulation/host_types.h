// Elements of the types that the simulated libraries take, to and from float.
#pragma once

#include <cstddef>

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <library_types.h>

namespace trainyard::simulation {

inline std::size_t bytesOf(cudaDataType type)
{
    return type == CUDA_R_32F ? 4 : type == CUDA_R_16F || type == CUDA_R_16BF ? 2 : 0;
}

inline float load(const void *from, std::size_t index, cudaDataType type)
{
    switch (type) {
    case CUDA_R_16BF: return __bfloat162float(static_cast<const __nv_bfloat16 *>(from)[index]);
    case CUDA_R_16F: return __half2float(static_cast<const __half *>(from)[index]);
    default: return static_cast<const float *>(from)[index];
    }
}

inline void store(void *to, std::size_t index, cudaDataType type, float value)
{
    switch (type) {
    case CUDA_R_16BF: static_cast<__nv_bfloat16 *>(to)[index] = __float2bfloat16(value); break;
    case CUDA_R_16F: static_cast<__half *>(to)[index] = __float2half(value); break;
    default: static_cast<float *>(to)[index] = value;
    }
}

}  // namespace trainyard::simulation
