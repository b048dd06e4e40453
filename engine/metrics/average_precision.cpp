#include "engine/metrics/means.h"
#include "engine/metrics/metric_list.h"
#include "engine/metrics/ranking.h"

namespace trainyard {

// The precision at each step of the recall, weighed by the step; rows of equal scores are one step.
static double averagePrecision(std::span<const Ranked> ranked)
{
    double positives = 0, seen = 0, sum = 0;
    for (std::size_t begin = 0, end; begin < ranked.size(); begin = end) {
        double yes = 0;
        for (end = begin; end < ranked.size() && ranked[end].score == ranked[begin].score; ++end)
            yes += ranked[end].positive ? 1 : 0;
        positives += yes;
        seen = static_cast<double>(end);
        sum += yes * positives / seen;
    }
    return positives > 0 ? sum / positives : kNotCounted;
}

MetricSpec makeAveragePrecisionMetric()
{
    MetricSpec spec;
    spec.name = "average_precision";
    spec.title = "Average precision";
    spec.summary = "The area under precision against recall; the mean over the classes. Of evaluations alone.";
    spec.higherIsBetter = true;
    spec.isShare = true;
    spec.fits = ranks;
    spec.ofScores = [](const ScoreTable &table) { return overClasses(table, averagePrecision); };
    return spec;
}

}  // namespace trainyard
