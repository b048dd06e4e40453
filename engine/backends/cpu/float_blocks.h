// Pieces of a tensor of any floating-point type as float32 and back. No allocation; from and to may not overlap.
#pragma once

#include <cstddef>

#include "engine/tensor/low_precision.h"

namespace trainyard::cpu {

// Elements [begin, begin + count) of the tensor at data.
void loadFloats(DType type, const std::byte *data, std::size_t begin, std::size_t count, float *to);
// The same without a copy where they are float32 already: they are read where they lie, and block is not touched.
inline const float *floatsOf(DType type, const std::byte *data, std::size_t begin, std::size_t count, float *block)
{
    if (type == DType::F32)
        return reinterpret_cast<const float *>(data) + begin;
    loadFloats(type, data, begin, count, block);
    return block;
}
void storeFloats(DType type, const float *from, std::size_t begin, std::size_t count, std::byte *data);

}  // namespace trainyard::cpu
