#include "engine/metrics/confusion.h"
#include "engine/metrics/means.h"
#include "engine/metrics/metric_list.h"

namespace trainyard {

MetricSpec makePrecisionMetric()
{
    return confusionMetric("precision", "Precision", "Share of what is predicted as a class that is of it.", [](const ClassCounts &counts) {
        const double predicted = counts.right + counts.wrong;
        return predicted > 0 ? counts.right / predicted : counts.missed > 0 ? 0.0 : kNotCounted;  // never predicted: none found
    });
}

}  // namespace trainyard
