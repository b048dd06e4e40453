// Exponential smoothing that is right from the first point on.
#pragma once

#include <span>
#include <vector>

namespace trainyard::ui {

// s_n = w s_(n-1) + (1 - w) x_n with s_0 = 0, divided by 1 - w^n: the weights of all values so far add up to one, so the
// line does not start at zero (the correction of Kingma and Ba, "Adam", 2015, section 3). Values that are not finite
// give NaN and leave no trace. One value in, one out.
class ExponentialSmoothing
{
public:
    // weight below 0 counts as 0 (no smoothing), 1 and above as just below 1.
    explicit ExponentialSmoothing(double weight);
    double next(double value);

private:
    double m_weight;
    double m_sum = 0;     // s_n
    double m_missing = 1;  // w^n: the share of the weights that fell on s_0
};

std::vector<double> smoothed(std::span<const double> values, double weight);

}  // namespace trainyard::ui
