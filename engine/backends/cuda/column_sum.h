// The sums of a matrix's columns, as bias gradients need them: the same bits every time, on every card.
#pragma once

#include <cstdint>

#include <cuda_runtime_api.h>

#include "engine/base/result.h"
#include "engine/tensor/tensor.h"

namespace trainyard::cuda {

// Scratch for columnSum(), in bytes; may be 0.
std::uint64_t columnSumScratchBytes(std::int64_t rows, std::int64_t columns);

// matrix is [rows, columns], row-major, stored as dtype (F32, BF16, F16), from a 16-byte boundary on, as scratch is; sums is
// float32 [columns]. Errors: Internal.
Status columnSum(cudaStream_t stream, DType dtype, const void *matrix, std::int64_t rows, std::int64_t columns, float *sums,
                 std::byte *scratch);

}  // namespace trainyard::cuda
