// Bias and activation after a product, where the library has no kernel that does both.
#pragma once

#include <cstdint>

#include <cuda_runtime_api.h>

#include "engine/base/result.h"
#include "engine/ops/op_attributes.h"

namespace trainyard::cuda {

// y = activation(y + bias) in place; y is [rows, columns] stored as dtype (F32, BF16, F16), bias is float32 [columns] or
// null. Errors: Internal.
Status biasActivation(cudaStream_t stream, DType dtype, void *y, std::int64_t rows, std::int64_t columns, const float *bias,
                      const ActivationAttributes &activation);

}  // namespace trainyard::cuda
