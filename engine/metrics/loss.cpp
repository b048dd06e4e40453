#include "engine/metrics/means.h"
#include "engine/metrics/metric_list.h"

namespace trainyard {

MetricSpec makeLossMetric()
{
    MetricSpec spec;
    spec.name = "loss";
    spec.title = "Loss";
    spec.summary = "What is trained: the weighted sum of all losses, averaged over the batches.";
    spec.fits = [](const MetricTask &) { return true; };
    spec.emitOps = [](MetricEmitter &emitter, const MetricChoice &) {
        return emitter.sums("loss", Shape{2}, OpKind::AccumulateLoss, NoAttributes{}, {emitter.task().total});
    };
    spec.value = [](const MetricChoice &, std::span<const double> sums) { return meanOf(sums); };
    return spec;
}

}  // namespace trainyard
