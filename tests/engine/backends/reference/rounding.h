// Rounding to the floating-point types, from their definition: so many binary digits, and a smallest exponent.
#pragma once

#include <cmath>
#include <limits>

#include "engine/tensor/tensor.h"

namespace trainyard::reference {

// To `digits` binary digits; below 2^smallest the digits get fewer. largest: beyond it, rounded, lies infinity.
inline double roundedTo(double x, int digits, int smallest, double largest)
{
    if (x == 0 || !std::isfinite(x))
        return x;
    const double unit = std::ldexp(1.0, std::max(std::ilogb(x), smallest) - digits + 1);
    const double nearest = std::nearbyint(x / unit) * unit;  // ties to even
    return std::abs(nearest) > largest ? std::copysign(std::numeric_limits<double>::infinity(), x) : nearest;
}

inline double rounded(DType type, double x)
{
    switch (type) {
    case DType::F32: return static_cast<double>(static_cast<float>(x));
    case DType::BF16: return roundedTo(x, 8, -126, std::ldexp(255.0 / 128, 127));
    case DType::F16: return roundedTo(x, 11, -14, 65504);
    default: return x;
    }
}

}  // namespace trainyard::reference
