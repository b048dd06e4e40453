#include "engine/metrics/confusion.h"
#include "engine/metrics/means.h"
#include "engine/metrics/metric_list.h"

namespace trainyard {

MetricSpec makeIouMetric()
{
    MetricSpec spec = confusionMetric("iou", "IoU", "Share of what is of a class or predicted as it that is both (intersection over union, Jaccard).", [](const ClassCounts &counts) {
        const double either = counts.right + counts.missed + counts.wrong;
        return either > 0 ? counts.right / either : kNotCounted;
    });
    spec.isDefault = [](const MetricTask &task) { return task.loss.isOverlap; };
    return spec;
}

}  // namespace trainyard
