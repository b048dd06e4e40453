#include "engine/metrics/means.h"
#include "engine/metrics/metric_list.h"
#include "engine/metrics/ranking.h"

namespace trainyard {

// Share of the pairs of one row of the class and one that is not in which the first has the higher score; of equal ones half
// (Mann and Whitney).
static double areaUnder(std::span<const Ranked> ranked)
{
    double positives = 0, negatives = 0, pairs = 0;
    for (std::size_t begin = 0, end; begin < ranked.size(); begin = end) {
        double yes = 0, no = 0;
        for (end = begin; end < ranked.size() && ranked[end].score == ranked[begin].score; ++end)
            (ranked[end].positive ? yes : no) += 1;
        pairs += no * (positives + yes / 2);
        positives += yes;
        negatives += no;
    }
    return positives > 0 && negatives > 0 ? pairs / (positives * negatives) : kNotCounted;
}

MetricSpec makeRocAucMetric()
{
    MetricSpec spec;
    spec.name = "roc_auc";
    spec.title = "ROC AUC";
    spec.summary = "Chance that a row of a class scores higher for it than one of another; the mean over the classes. Of evaluations alone.";
    spec.higherIsBetter = true;
    spec.fits = ranks;
    spec.ofScores = [](const ScoreTable &table) { return overClasses(table, areaUnder); };
    return spec;
}

}  // namespace trainyard
