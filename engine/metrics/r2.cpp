#include "engine/metrics/means.h"
#include "engine/metrics/metric_list.h"

namespace trainyard {

// [4, k]: rows, sum of t, sum of t^2, residual; the mean of the columns' own R2. A constant column has no total
// variation to explain, so R2 is not defined; the rounding of its sums must not pass for one.
static double valueOf(std::span<const double> sums)
{
    constexpr double kRounding = 1e-12;
    const std::size_t columns = sums.size() / 4;
    double total = 0;
    for (std::size_t c = 0; c < columns; ++c) {
        const double rows = sums[c], sum = sums[columns + c], squares = sums[2 * columns + c];
        const double residual = sums[3 * columns + c];
        const double variation = rows > 0 ? squares - sum * sum / rows : 0.0;
        if (variation <= kRounding * squares)
            return kNotCounted;
        total += 1.0 - residual / variation;
    }
    return columns > 0 ? total / static_cast<double>(columns) : kNotCounted;
}

MetricSpec makeR2Metric()
{
    MetricSpec spec;
    spec.name = "r2";
    spec.title = "R²";
    spec.summary = "Share of the targets' variation that the predictions explain; the mean over the target columns.";
    spec.higherIsBetter = true;
    spec.fits = [](const MetricTask &task) { return task.loss.scores == Scores::Numbers; };
    spec.isDefault = [](const MetricTask &) { return true; };
    spec.emitOps = [](MetricEmitter &emitter, const MetricChoice &) {
        const MetricTask &task = emitter.task();
        return emitter.sums("r2", Shape{4, task.columns}, OpKind::AccumulateR2, NoAttributes{}, {task.predictions, task.loss.targets});
    };
    spec.value = [](const MetricChoice &, std::span<const double> sums) { return valueOf(sums); };
    return spec;
}

}  // namespace trainyard
