// bfloat16 and float16 in the memory of the host: 16-bit patterns and their exact conversions.
//
// To 16 bit the nearest value is taken, of two equally near ones that with an even last bit; too large becomes infinity;
// not a number becomes 0x7FFF, the pattern CUDA writes too.
#pragma once

#include <bit>
#include <cstdint>

#include "engine/tensor/tensor.h"

namespace trainyard {

constexpr bool isLowPrecision(DType type) { return type == DType::BF16 || type == DType::F16; }
// The types activations may have.
constexpr bool isFloat(DType type) { return type == DType::F32 || isLowPrecision(type); }

inline constexpr std::uint16_t kNotANumber16 = 0x7FFF;

constexpr float bfloat16ToFloat(std::uint16_t bits)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

constexpr std::uint16_t floatToBfloat16(float x)
{
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
    return (bits & 0x7FFFFFFFu) > 0x7F800000u ? kNotANumber16 : static_cast<std::uint16_t>(rounded);
}

constexpr float float16ToFloat(std::uint16_t bits)
{
    const std::uint32_t magnitude = bits & 0x7FFFu, sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
    // Below 2^-14 float16 counts in steps of 2^-24; float32 has room for these as ordinary numbers.
    const float small = static_cast<float>(static_cast<std::int32_t>(magnitude)) * (1.0f / 16777216.0f);
    const std::uint32_t shifted = magnitude >= 0x7C00u ? 0x7F800000u | ((magnitude & 0x3FFu) << 13) : (magnitude << 13) + 0x38000000u;
    return std::bit_cast<float>(sign | (magnitude < 0x400u ? std::bit_cast<std::uint32_t>(small) : shifted));
}

constexpr std::uint16_t floatToFloat16(float x)
{
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t magnitude = bits & 0x7FFFFFFFu, sign = (bits >> 16) & 0x8000u;
    const std::uint32_t ordinary = (magnitude - 0x38000000u + 0xFFFu + ((magnitude >> 13) & 1u)) >> 13;
    // Next to 0.5 a float32 counts in steps of 2^-24, as float16 does below 2^-14: the sum rounds to these.
    const bool isSmall = magnitude < 0x38800000u;
    const float sum = std::bit_cast<float>(isSmall ? magnitude : 0u) + 0.5f;
    const std::uint32_t small = std::bit_cast<std::uint32_t>(sum) - 0x3F000000u;
    const std::uint32_t finite = magnitude >= 0x477FF000u ? 0x7C00u : isSmall ? small : ordinary;
    return static_cast<std::uint16_t>(magnitude > 0x7F800000u ? kNotANumber16 : sign | finite);
}

}  // namespace trainyard
