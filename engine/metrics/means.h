// Metrics whose sums are a total and how many were counted.
#pragma once

#include <limits>
#include <span>

namespace trainyard {

inline constexpr double kNotCounted = std::numeric_limits<double>::quiet_NaN();

inline double meanOf(std::span<const double> sums)
{
    return sums.size() == 2 && sums[1] > 0 ? sums[0] / sums[1] : kNotCounted;
}

}  // namespace trainyard
