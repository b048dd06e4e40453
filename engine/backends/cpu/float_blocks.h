// Pieces of a tensor of any floating-point type as float32 and back. No allocation; from and to may not overlap.
#pragma once

#include <cstddef>

#include "engine/tensor/low_precision.h"

namespace trainyard::cpu {

// Elements [begin, begin + count) of the tensor at data.
void loadFloats(DType type, const std::byte *data, std::size_t begin, std::size_t count, float *to);
void storeFloats(DType type, const float *from, std::size_t begin, std::size_t count, std::byte *data);

}  // namespace trainyard::cpu
