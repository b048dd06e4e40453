#include "engine/program/program.h"

#include <limits>

namespace trainyard {

double metricValue(MetricKind kind, std::span<const double> sums)
{
    constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
    if (kind != MetricKind::R2)
        return sums.size() == 2 && sums[1] > 0 ? sums[0] / sums[1] : kNothing;
    // [4, k]: rows, sum of t, sum of t^2, residual; the mean of the columns' own R2. A constant column has no total
    // variation to explain, so R2 is not defined; the rounding of its sums must not pass for one.
    constexpr double kRounding = 1e-12;
    const std::size_t columns = sums.size() / 4;
    double total = 0;
    for (std::size_t c = 0; c < columns; ++c) {
        const double rows = sums[c], sum = sums[columns + c], squares = sums[2 * columns + c];
        const double residual = sums[3 * columns + c];
        const double variation = rows > 0 ? squares - sum * sum / rows : 0.0;
        if (variation <= kRounding * squares)
            return kNothing;
        total += 1.0 - residual / variation;
    }
    return columns > 0 ? total / static_cast<double>(columns) : kNothing;
}

std::int64_t Program::parameterCount() const
{
    std::int64_t count = 0;
    for (const Value &value : list.values)
        if (value.role == Role::Parameter && value.trainable)
            count += value.type.shape.elements();
    return count;
}

double Program::flops() const
{
    double sum = 0;
    for (const Op &op : list.ops)
        sum += opFlops(list, op);
    return sum;
}

}  // namespace trainyard
