// The functions of a gate, without branches and calls, so that loops of TRAINYARD_SIMD_CLONES make vectors of them. Relative error
// below 1e-6; NaN stays NaN.
#pragma once

#include <bit>
#include <cstdint>

namespace trainyard::cpu {

// exp(x) within -87 to 87, beyond that as at the border. x = k ln 2 + r with |r| <= ln 2 / 2; exp(r) by its Taylor series.
[[gnu::always_inline]] inline float gateExp(float x)
{
    constexpr float kLimit = 87.0f;
    x = x > kLimit ? kLimit : x;
    x = x < -kLimit ? -kLimit : x;
    constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it leaves an integer in the low bits
    const float shifted = x * 1.44269504f + kRound;
    const float k = shifted - kRound;
    const float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;  // ln 2 in two parts, the first exact in products with k
    float sum = 1.0f / 5040.0f;
    sum = sum * r + 1.0f / 720.0f;
    sum = sum * r + 1.0f / 120.0f;
    sum = sum * r + 1.0f / 24.0f;
    sum = sum * r + 1.0f / 6.0f;
    sum = sum * r + 0.5f;
    sum = sum * r + 1.0f;
    sum = sum * r + 1.0f;
    const std::int32_t exponent = std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(kRound) + 127;
    return sum * std::bit_cast<float>(exponent << 23);
}

[[gnu::always_inline]] inline float gateSigmoid(float x)
{
    return 1.0f / (1.0f + gateExp(-x));
}

// Near 0 by its Taylor series, where the quotient would lose digits.
[[gnu::always_inline]] inline float gateTanh(float x)
{
    const float e = gateExp(2.0f * x);
    const float quotient = (e - 1.0f) / (e + 1.0f);
    const float s = x * x;
    float series = -1382.0f / 155925.0f;
    series = series * s + 62.0f / 2835.0f;
    series = series * s - 17.0f / 315.0f;
    series = series * s + 2.0f / 15.0f;
    series = series * s - 1.0f / 3.0f;
    series = x + x * s * series;
    return s < 0.09f ? series : quotient;
}

}  // namespace trainyard::cpu
