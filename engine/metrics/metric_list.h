// The metrics there are; the defaults of a run follow this order. Adding one: a word here and a file engine/metrics/<name>.cpp
// that defines make<Name>Metric().
#pragma once

#include "engine/metrics/metric.h"

#define TRAINYARD_METRICS(X) \
    X(Loss) \
    X(Accuracy) \
    X(TopKAccuracy) \
    X(Iou) \
    X(Precision) \
    X(Recall) \
    X(F1) \
    X(RocAuc) \
    X(AveragePrecision) \
    X(Perplexity) \
    X(MeanAbsoluteError) \
    X(RootMeanSquaredError) \
    X(R2)

namespace trainyard {

#define X(Name) MetricSpec make##Name##Metric();
TRAINYARD_METRICS(X)
#undef X

}  // namespace trainyard
