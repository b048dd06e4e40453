// Sums of a matrix's columns: the gradient of a bias.
#pragma once

#include <cstddef>

#include "engine/tensor/tensor.h"

namespace trainyard::cpu {

// sums [columns] of matrix [rows, columns], which is float32 or bfloat16; each sum runs from the first row to the last.
void sumColumns(DType type, const std::byte *matrix, std::size_t rows, std::size_t columns, int threads, float *sums);

}  // namespace trainyard::cpu
