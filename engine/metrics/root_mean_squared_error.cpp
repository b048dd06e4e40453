#include <cmath>

#include "engine/metrics/means.h"
#include "engine/metrics/metric_list.h"

namespace trainyard {

MetricSpec makeRootMeanSquaredErrorMetric()
{
    MetricSpec spec;
    spec.name = "root_mean_squared_error";
    spec.title = "Root mean squared error";
    spec.summary = "The root of the mean square of what predictions are off by, in the target's own unit.";
    spec.fits = [](const MetricTask &task) { return task.loss.scores == Scores::Numbers; };
    spec.emitOps = [](MetricEmitter &emitter, const MetricChoice &) {
        const MetricTask &task = emitter.task();
        return emitter.sums("squared_error", Shape{2}, OpKind::AccumulateError, ErrorAttributes{true},
                            {task.predictions, task.loss.targets, task.targetScale});
    };
    spec.value = [](const MetricChoice &, std::span<const double> sums) { return std::sqrt(meanOf(sums)); };
    return spec;
}

}  // namespace trainyard
