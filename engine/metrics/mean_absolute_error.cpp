#include "engine/metrics/means.h"
#include "engine/metrics/metric_list.h"

namespace trainyard {

MetricSpec makeMeanAbsoluteErrorMetric()
{
    MetricSpec spec;
    spec.name = "mean_absolute_error";
    spec.title = "Mean absolute error";
    spec.summary = "What predictions are off by on the average, in the target's own unit.";
    spec.fits = [](const MetricTask &task) { return task.loss.scores == Scores::Numbers; };
    spec.isDefault = [](const MetricTask &) { return true; };
    spec.emitOps = [](MetricEmitter &emitter, const MetricChoice &) {
        const MetricTask &task = emitter.task();
        return emitter.sums("mean_absolute_error", Shape{2}, OpKind::AccumulateError, ErrorAttributes{},
                            {task.predictions, task.loss.targets, task.targetScale});
    };
    spec.value = [](const MetricChoice &, std::span<const double> sums) { return meanOf(sums); };
    return spec;
}

}  // namespace trainyard
