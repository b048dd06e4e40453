// Starts the kernel of column_copy.h as often as the pieces and rows need.
#pragma once

#include <span>

#include <cuda_runtime_api.h>

#include "engine/backends/cuda/column_copy.h"

namespace trainyard::cuda {

// Errors: Internal with CUDA's text.
Status copyColumnPieces(cudaStream_t stream, std::span<const ColumnPiece> pieces, std::int64_t rows, std::int64_t elementBytes);

}  // namespace trainyard::cuda
