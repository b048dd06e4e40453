#include "engine/backends/cpu/float_blocks.h"

#include <cstring>

#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

TRAINYARD_SIMD_CLONES void fromBfloat16(const std::uint16_t *from, std::size_t count, float *to)
{
    for (std::size_t i = 0; i < count; ++i)
        to[i] = bfloat16ToFloat(from[i]);
}

TRAINYARD_SIMD_CLONES void fromFloat16(const std::uint16_t *from, std::size_t count, float *to)
{
    for (std::size_t i = 0; i < count; ++i)
        to[i] = float16ToFloat(from[i]);
}

TRAINYARD_SIMD_CLONES void toBfloat16(const float *from, std::size_t count, std::uint16_t *to)
{
    for (std::size_t i = 0; i < count; ++i)
        to[i] = floatToBfloat16(from[i]);
}

TRAINYARD_SIMD_CLONES void toFloat16(const float *from, std::size_t count, std::uint16_t *to)
{
    for (std::size_t i = 0; i < count; ++i)
        to[i] = floatToFloat16(from[i]);
}

}  // namespace

void loadFloats(DType type, const std::byte *data, std::size_t begin, std::size_t count, float *to)
{
    if (type == DType::F32)
        std::memcpy(to, data + begin * sizeof(float), count * sizeof(float));
    else
        (type == DType::BF16 ? fromBfloat16 : fromFloat16)(reinterpret_cast<const std::uint16_t *>(data) + begin, count, to);
}

void storeFloats(DType type, const float *from, std::size_t begin, std::size_t count, std::byte *data)
{
    if (type == DType::F32)
        std::memcpy(data + begin * sizeof(float), from, count * sizeof(float));
    else
        (type == DType::BF16 ? toBfloat16 : toFloat16)(from, count, reinterpret_cast<std::uint16_t *>(data) + begin);
}

}  // namespace trainyard::cpu
