// Standard normal numbers from Philox words: the method of Box and Muller (1958), two numbers from two words.
//
// Logarithm, sine and cosine are series of additions, products and divisions, each rounded by itself, and the square root
// is exact to the last bit everywhere: so CPUs and GPUs make the same bits. The text of generated kernels
// (backends/cuda/chain_source.cpp) holds the same series.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "engine/base/host_device.h"

namespace trainyard {

namespace normal_detail {

// Never contracted into one instruction with a single rounding.
TRAINYARD_HOST_DEVICE inline float product(float a, float b)
{
#if defined(__CUDA_ARCH__)
    return __fmul_rn(a, b);
#else
    return a * b;
#endif
}

TRAINYARD_HOST_DEVICE inline float sum(float a, float b)
{
#if defined(__CUDA_ARCH__)
    return __fadd_rn(a, b);
#else
    return a + b;
#endif
}

TRAINYARD_HOST_DEVICE inline std::uint32_t bitsOf(float x)
{
#if defined(__CUDA_ARCH__)
    return __float_as_uint(x);
#else
    return std::bit_cast<std::uint32_t>(x);
#endif
}

TRAINYARD_HOST_DEVICE inline float fromBits(std::uint32_t bits)
{
#if defined(__CUDA_ARCH__)
    return __uint_as_float(bits);
#else
    return std::bit_cast<float>(bits);
#endif
}

// -log(u) for u = (word / 256 + 1) / 2^24, which is never 0: u = m 2^power with m from 0.7 to 1.4, and
// log(m) = 2 artanh((m - 1) / (m + 1)).
TRAINYARD_HOST_DEVICE inline float minusLog(std::uint32_t word)
{
    const std::uint32_t bits = bitsOf(static_cast<float>((word >> 8) + 1)), high = (bits & 0x7FFFFFu) > 0x3504F3u ? 1u : 0u;
    const float m = fromBits((bits & 0x7FFFFFu) | ((127u - high) << 23));
    const auto power = static_cast<std::int32_t>((bits >> 23) + high) - 127 - 24;
    const float s = sum(m, -1.0f) / sum(m, 1.0f), q = product(s, s);
    float series = 1.0f / 9.0f;
    series = sum(product(series, q), 1.0f / 7.0f);
    series = sum(product(series, q), 1.0f / 5.0f);
    series = sum(product(series, q), 1.0f / 3.0f);
    series = sum(product(series, q), 1.0f);
    return sum(product(static_cast<float>(power), -0.693147181f), product(-2.0f, product(s, series)));
}

}  // namespace normal_detail

// Two independent numbers.
TRAINYARD_HOST_DEVICE inline void normalPair(std::uint32_t first, std::uint32_t second, float &one, float &other)
{
    using namespace normal_detail;
    const float radius = std::sqrt(product(2.0f, minusLog(first)));
    // The angle as a quarter turn and what is left of it, within an eighth of a turn on either side.
    const std::uint32_t turn = second >> 8, quarter = (turn + (1u << 21)) >> 22;
    const float angle = product(static_cast<float>(static_cast<std::int32_t>(turn) - static_cast<std::int32_t>(quarter << 22)), 3.74507028e-7f);
    const float q = product(angle, angle);
    float sine = 1.0f / 362880.0f;
    sine = sum(product(sine, q), -1.0f / 5040.0f);
    sine = sum(product(sine, q), 1.0f / 120.0f);
    sine = sum(product(sine, q), -1.0f / 6.0f);
    sine = sum(product(sine, q), 1.0f);
    sine = product(sine, angle);
    float cosine = 1.0f / 40320.0f;
    cosine = sum(product(cosine, q), -1.0f / 720.0f);
    cosine = sum(product(cosine, q), 1.0f / 24.0f);
    cosine = sum(product(cosine, q), -0.5f);
    cosine = sum(product(cosine, q), 1.0f);
    const float x = (quarter & 1u) != 0 ? -sine : cosine, y = (quarter & 1u) != 0 ? cosine : sine;
    one = product(radius, (quarter & 2u) != 0 ? -x : x);
    other = product(radius, (quarter & 2u) != 0 ? -y : y);
}

// y = x + deviation * normal number, for four elements that share one Philox draw.
TRAINYARD_HOST_DEVICE inline void addNormal(const std::uint32_t (&words)[4], float deviation, float *values)
{
    for (int k = 0; k < 4; k += 2) {
        float one, other;
        normalPair(words[k], words[k + 1], one, other);
        values[k] = normal_detail::sum(values[k], normal_detail::product(deviation, one));
        values[k + 1] = normal_detail::sum(values[k + 1], normal_detail::product(deviation, other));
    }
}

}  // namespace trainyard
