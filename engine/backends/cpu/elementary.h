// Exponential functions, logarithm and tanh for loops that the compiler is to turn into vector instructions: no branches, no
// calls, and the same bits on every instruction set. Errors are below 3e-7 of the result.
#pragma once

#include <bit>
#include <cstdint>

namespace trainyard::cpu {

#define TRAINYARD_IN_LOOPS __attribute__((always_inline)) inline

// x = n log(2) + r with |r| <= log(2) / 2: exp(x) = 2^n exp(r). remainder is exp(r) - 1 by its Taylor series.
struct ScaledExponential {
    float remainder;
    std::int32_t power;
};

// -87 <= x <= 89
TRAINYARD_IN_LOOPS ScaledExponential scaledExponential(float x)
{
    constexpr float kToInteger = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number
    const float shifted = x * 1.44269504f + kToInteger, n = shifted - kToInteger;
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float series = 1.0f / 5040.0f;
    series = series * r + 1.0f / 720.0f;
    series = series * r + 1.0f / 120.0f;
    series = series * r + 1.0f / 24.0f;
    series = series * r + 1.0f / 6.0f;
    series = series * r + 0.5f;
    series = series * r * r + r;
    return {series, std::bit_cast<std::int32_t>(shifted) - 0x4B400000};
}

// -126 <= n <= 127
TRAINYARD_IN_LOOPS float powerOfTwo(std::int32_t n)
{
    return std::bit_cast<float>((n + 127) << 23);
}

TRAINYARD_IN_LOOPS float clamped(float x, float low, float high)
{
    x = x < low ? low : x;
    return x > high ? high : x;
}

// 0 below -87, infinity above 88.7.
TRAINYARD_IN_LOOPS float exponential(float x)
{
    const ScaledExponential e = scaledExponential(clamped(x, -87.0f, 89.0f));
    const std::int32_t half = e.power >> 1;
    const float y = (1.0f + e.remainder) * powerOfTwo(half) * powerOfTwo(e.power - half);
    return x < -87.0f ? 0.0f : y;
}

// exp(x) - 1, exact near 0 too; for x up to 80.
TRAINYARD_IN_LOOPS float exponentialMinusOne(float x)
{
    const ScaledExponential e = scaledExponential(clamped(x, -80.0f, 80.0f));
    const float scale = powerOfTwo(e.power);
    return e.remainder * scale + (scale - 1.0f);
}

TRAINYARD_IN_LOOPS float logistic(float x)
{
    return 1.0f / (1.0f + exponential(-x));
}

TRAINYARD_IN_LOOPS float hyperbolicTangent(float x)
{
    const float size = x < 0.0f ? -x : x;
    const float e = exponentialMinusOne(2.0f * (size > 10.0f ? 10.0f : size));
    const float y = e / (e + 2.0f);
    return x < 0.0f ? -y : x == x ? y : x;
}

// For normal numbers above 0: x = m 2^n with m from 0.7 to 1.4, log(m) = 2 artanh((m - 1) / (m + 1)).
TRAINYARD_IN_LOOPS float logarithmOfPositive(float x)
{
    const auto bits = std::bit_cast<std::int32_t>(x);
    const std::int32_t high = (bits & 0x7FFFFF) > 0x3504F3 ? 1 : 0;
    const float m = std::bit_cast<float>((bits & 0x7FFFFF) | ((127 - high) << 23)), n = static_cast<float>((bits >> 23) + high - 127);
    const float s = (m - 1.0f) / (m + 1.0f), q = s * s;
    float series = 1.0f / 9.0f;
    series = series * q + 1.0f / 7.0f;
    series = series * q + 1.0f / 5.0f;
    series = series * q + 1.0f / 3.0f;
    series = series * q;
    return n * 0.693359375f + (n * -2.12194440e-4f + ((s + s) * series + (s + s)));
}

// log(1 + exp(x)), exact far below 0 too.
TRAINYARD_IN_LOOPS float softplus(float x)
{
    const float small = exponential(x > 0.0f ? -x : x), sum = 1.0f + small, lost = sum - 1.0f;
    const float rest = lost == 0.0f ? small : logarithmOfPositive(sum) * (small / lost);
    return x > 0.0f ? x + rest : rest;
}

}  // namespace trainyard::cpu
