#include "engine/data/scaling.h"

#include <algorithm>
#include <cmath>

namespace trainyard {

namespace {

struct Moments {
    double mean = 0, squares = 0, low = 0, high = 0;
    std::int64_t count = 0;

    void add(double value)  // Welford: no cancellation with large means
    {
        low = count == 0 ? value : std::min(low, value);
        high = count == 0 ? value : std::max(high, value);
        const double delta = value - mean;
        mean += delta / static_cast<double>(++count);
        squares += delta * (value - mean);
    }
};

template <typename T>
void collect(std::span<const T> values, std::span<const std::int32_t> rows, std::size_t width, std::vector<Moments> &moments)
{
    for (const std::int32_t row : rows) {
        for (std::size_t i = 0; i < width; ++i)
            moments[moments.size() == 1 ? 0 : i].add(static_cast<double>(values[static_cast<std::size_t>(row) * width + i]));
    }
}

}  // namespace

ScalingFit fitScaling(const HostTensor &matrix, std::span<const std::int32_t> rows, Scaling scaling, bool perColumn)
{
    const auto width = static_cast<std::size_t>(matrix.type.shape.withoutBatch().elements());
    const std::size_t entries = perColumn ? width : 1;
    ScalingFit fit{std::vector<float>(entries, 0.0f), std::vector<float>(entries, 1.0f)};
    if (scaling == Scaling::None)
        return fit;
    std::vector<Moments> moments(entries);
    if (matrix.type.dtype == DType::U8)
        collect(matrix.as<std::uint8_t>(), rows, width, moments);
    else
        collect(matrix.as<float>(), rows, width, moments);
    for (std::size_t i = 0; i < entries; ++i) {
        const Moments &m = moments[i];
        const bool standardize = scaling == Scaling::Standardize;
        const double spread = standardize ? std::sqrt(m.squares / static_cast<double>(std::max<std::int64_t>(1, m.count))) : m.high - m.low;
        fit.offset[i] = static_cast<float>(standardize ? m.mean : m.low);
        // Rounding leaves a tiny spread in a constant column; dividing by it would blow the noise up.
        const bool constant = m.high == m.low || spread <= 1e-12 * std::abs(m.mean);
        const auto scale = static_cast<float>(constant ? 1.0 : 1.0 / spread);
        fit.scale[i] = std::isfinite(scale) && scale > 0 ? scale : 1.0f;
    }
    return fit;
}

}  // namespace trainyard
