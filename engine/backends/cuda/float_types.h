// Choosing a kernel by a value's storage type.
#pragma once

#include <type_traits>

#include "engine/backends/cuda/device_code.h"
#include "engine/tensor/tensor.h"

namespace trainyard::cuda {

// Calls function(T{}) with T = float, __nv_bfloat16 or __half; anything else counts as float32, which the executable has
// made sure of before.
template <typename Function>
auto withFloatType(DType dtype, Function function)
{
    switch (dtype) {
    case DType::BF16: return function(__nv_bfloat16{});
    case DType::F16: return function(__half{});
    default: return function(float{});
    }
}

}  // namespace trainyard::cuda
