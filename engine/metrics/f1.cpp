#include "engine/metrics/confusion.h"
#include "engine/metrics/means.h"
#include "engine/metrics/metric_list.h"

namespace trainyard {

MetricSpec makeF1Metric()
{
    return confusionMetric("f1", "F1", "The harmonic mean of precision and recall.", [](const ClassCounts &counts) {
        const double both = 2 * counts.right + counts.missed + counts.wrong;
        return both > 0 ? 2 * counts.right / both : kNotCounted;
    });
}

}  // namespace trainyard
