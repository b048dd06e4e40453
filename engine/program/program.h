// A Program: what one step computes, as a flat list of ops with all shapes known. Built once per (graph, batch size,
// mode), then handed to a backend. Plain value; any thread.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/metrics/metric.h"
#include "engine/ops/mode.h"
#include "engine/ops/op_spec.h"

namespace trainyard {

// A metric of the program and the sums it is made of, which it may share with others.
struct MetricSlot {
    MetricChoice choice;
    std::string name;  // "loss", "accuracy"; "loss_of_" and a layer's name for each head of several
    ValueId accumulator = kNoValue;  // F64, Role::Metric; none where the metric is of a whole pass' scores
};

struct Program {
    Mode mode = Mode::Train;
    std::int64_t batchSize = 0;
    OpList list;
    std::vector<ParameterInit> inits;  // every Parameter and State value, in emission order
    std::vector<MetricSlot> metrics;    // the loss first
    std::vector<ValueId> accumulators;  // theirs, each once: the order in which sums are read and written
    Scores scores = Scores::Nothing;    // how metrics read the predictions...
    std::int32_t ignoreIndex = -1;      // ...and the class of targets that do not count
    std::vector<std::string> layerNames;  // Value::layer and Op::layer index into it
    std::vector<std::string> devices{""};  // Op::device indexes into it: "" is the run's, then "cpu", "cuda:1"

    ValueId indices = kNoValue;      // I32 [batchSize], Role::Data: the rows to gather, written by the host
    ValueId features = kNoValue;     // Role::Dataset values, bound before the first step
    ValueId featureOffset = kNoValue, featureScale = kNoValue;
    ValueId targets = kNoValue;
    ValueId targetOffset = kNoValue, targetScale = kNoValue;  // regression only
    ValueId predictions = kNoValue;  // the first loss layer's input
    ValueId loss = kNoValue;         // the weighted sum of all losses

    // Values that training keeps a running average of, each with it; empty without. Both start alike.
    std::vector<std::pair<ValueId, ValueId>> averages;

    // Position in list.ops where each phase begins, for the step breakdown: forward [0, backwardBegin),
    // backward [backwardBegin, updateBegin), update [updateBegin, end).
    std::size_t backwardBegin = 0, updateBegin = 0;

    std::int64_t parameterCount() const;  // trained scalars
    double flops() const;                 // of one step, by the ops' own cost rules
};

// How many sums all accumulators have together.
std::size_t sumCount(const Program &program);
// The metric's value by all sums, accumulator after accumulator; NaN where nothing was counted, or where no sums can say it.
double metricValue(const Program &program, const MetricSlot &slot, std::span<const double> sums);

}  // namespace trainyard
