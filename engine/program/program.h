// A Program: what one step computes, as a flat list of ops with all shapes known. Built once per (graph, batch size,
// mode), then handed to a backend. Plain value; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/ops/mode.h"
#include "engine/ops/op_spec.h"

namespace trainyard {

// An accumulator of one metric and how its sums become the number shown.
enum class MetricKind : std::uint8_t { Loss, Accuracy, MeanAbsoluteError, R2 };

struct MetricSlot {
    MetricKind kind;
    std::string name;  // "loss", "accuracy", "mean_absolute_error", "r2"
    ValueId accumulator = kNoValue;  // F64, Role::Metric
};

// Turns an accumulator's sums into the metric; NaN where nothing was counted.
double metricValue(MetricKind kind, std::span<const double> sums);

struct Program {
    Mode mode = Mode::Train;
    std::int64_t batchSize = 0;
    OpList list;
    std::vector<ParameterInit> inits;  // every Parameter and State value, in emission order
    std::vector<MetricSlot> metrics;
    std::vector<std::string> layerNames;  // Value::layer and Op::layer index into it
    std::vector<std::string> devices{""};  // Op::device indexes into it: "" is the run's, then "cpu", "cuda:1"

    ValueId indices = kNoValue;      // I32 [batchSize], Role::Data: the rows to gather, written by the host
    ValueId features = kNoValue;     // Role::Dataset values, bound before the first step
    ValueId featureOffset = kNoValue, featureScale = kNoValue;
    ValueId targets = kNoValue;
    ValueId targetOffset = kNoValue, targetScale = kNoValue;  // regression only
    ValueId predictions = kNoValue;  // the loss layer's input
    ValueId loss = kNoValue;

    // Position in list.ops where each phase begins, for the step breakdown: forward [0, backwardBegin),
    // backward [backwardBegin, updateBegin), update [updateBegin, end).
    std::size_t backwardBegin = 0, updateBegin = 0;

    std::int64_t parameterCount() const;  // trained scalars
    double flops() const;                 // of one step, by the ops' own cost rules
};

}  // namespace trainyard
