#include "ui/charts/smoothing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace trainyard::ui {

namespace {

constexpr double kLargestWeight = 0.9999;

}  // namespace

ExponentialSmoothing::ExponentialSmoothing(double weight) : m_weight(weight > 0 ? std::min(weight, kLargestWeight) : 0) {}

double ExponentialSmoothing::next(double value)
{
    if (!std::isfinite(value))
        return std::numeric_limits<double>::quiet_NaN();
    m_sum = m_weight * m_sum + (1 - m_weight) * value;
    m_missing *= m_weight;
    return m_sum / (1 - m_missing);
}

std::vector<double> smoothed(std::span<const double> values, double weight)
{
    ExponentialSmoothing smoothing(weight);
    std::vector<double> result(values.size());
    std::transform(values.begin(), values.end(), result.begin(), [&](double value) { return smoothing.next(value); });
    return result;
}

}  // namespace trainyard::ui
