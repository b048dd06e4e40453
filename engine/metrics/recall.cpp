#include "engine/metrics/confusion.h"
#include "engine/metrics/means.h"
#include "engine/metrics/metric_list.h"

namespace trainyard {

MetricSpec makeRecallMetric()
{
    return confusionMetric("recall", "Recall", "Share of a class that is predicted as it.", [](const ClassCounts &counts) {
        const double there = counts.right + counts.missed;
        return there > 0 ? counts.right / there : kNotCounted;
    });
}

}  // namespace trainyard
