#include <array>

#include "engine/metrics/confusion.h"
#include "engine/metrics/means.h"
#include "engine/metrics/metric_list.h"

namespace trainyard {

MetricSpec makeAccuracyMetric()
{
    MetricSpec spec;
    spec.name = "accuracy";
    spec.title = "Accuracy";
    spec.summary = "Share of rows, positions or answers that are right.";
    spec.higherIsBetter = true;
    spec.isShare = true;
    spec.fits = judgesClasses;
    spec.isDefault = [](const MetricTask &) { return true; };
    spec.emitOps = [](MetricEmitter &emitter, const MetricChoice &) -> Result<ValueId> {
        const MetricTask &task = emitter.task();
        if (task.loss.scores == Scores::Answers)
            return confusionSums(emitter);
        return emitter.sums("accuracy", Shape{2}, OpKind::AccumulateTopK, TopKAttributes{1, task.loss.ignoreIndex},
                            {task.predictions, task.loss.targets});
    };
    spec.value = [](const MetricChoice &, std::span<const double> sums) {
        return sums.size() == 4 ? meanOf(std::array{sums[0] + sums[3], sums[0] + sums[1] + sums[2] + sums[3]}) : meanOf(sums);
    };
    return spec;
}

}  // namespace trainyard
