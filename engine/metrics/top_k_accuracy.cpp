#include "engine/metrics/means.h"
#include "engine/metrics/metric_list.h"

namespace trainyard {

MetricSpec makeTopKAccuracyMetric()
{
    MetricSpec spec;
    spec.name = "top_#_accuracy";
    spec.title = "Top-# accuracy";
    spec.summary = "Share of rows or positions whose class is among the # that are predicted first.";
    spec.higherIsBetter = true;
    spec.isShare = true;
    spec.fits = [](const MetricTask &task) { return task.loss.scores == Scores::Classes; };
    spec.refuse = [](const MetricChoice &choice, const MetricTask &task) -> std::optional<std::string> {
        if (choice.number >= 1 && choice.number <= task.columns)
            return std::nullopt;
        return fmt::format("it looks at {} of {} classes. Take a number from 1 to {}.", choice.number, task.columns, task.columns);
    };
    spec.emitOps = [](MetricEmitter &emitter, const MetricChoice &choice) {
        const MetricTask &task = emitter.task();
        return emitter.sums(choice.name, Shape{2}, OpKind::AccumulateTopK, TopKAttributes{choice.number, task.loss.ignoreIndex},
                            {task.predictions, task.loss.targets});
    };
    spec.value = [](const MetricChoice &, std::span<const double> sums) { return meanOf(sums); };
    return spec;
}

}  // namespace trainyard
