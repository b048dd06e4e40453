#include <cmath>

#include "engine/metrics/means.h"
#include "engine/metrics/metric_list.h"

namespace trainyard {

MetricSpec makePerplexityMetric()
{
    MetricSpec spec;
    spec.name = "perplexity";
    spec.title = "Perplexity";
    spec.summary = "exp(cross-entropy): among how many classes the network seems to choose at random.";
    spec.fits = [](const MetricTask &task) { return task.loss.isLogLikelihood && task.loss.weight > 0; };
    spec.emitOps = [](MetricEmitter &emitter, const MetricChoice &) {
        return emitter.sums("log_likelihood", Shape{2}, OpKind::AccumulateLoss, NoAttributes{}, {emitter.task().loss.loss});
    };
    spec.value = [](const MetricChoice &choice, std::span<const double> sums) { return std::exp(meanOf(sums) / choice.lossWeight); };
    return spec;
}

}  // namespace trainyard
