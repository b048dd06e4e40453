// The optimizers, as a table: what each is, its settings, and the ops it emits. The Train page, project files and checks follow
// from the table.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/layers/layer_spec.h"

namespace trainyard {

struct OptimizerConfig {
    std::string type = "adam";
    double learningRate = 1e-3;
    double weightDecay = 0.0;
    bool decayMatricesOnly = false;            // parameters of one axis, biases and norms, do not decay
    double clipNorm = 0.0, clipValue = 0.0;    // of all gradients together, of each element; 0: not clipped
    // Of all optimizers, by key, so that a change of type and back loses nothing; never one that has its default (set()).
    ParameterMap settings;

    // Of a setting some optimizer has; a whole number serves for a real one. The default is taken out again, so that equal
    // configurations are equal.
    void set(const std::string &key, const ParameterValue &value);
    const ParameterValue &value(const std::string &key) const;  // its default where it is not set
    bool operator==(const OptimizerConfig &) const = default;
};

// A parameter and its gradient. hidden: a matrix of weights between others, neither an embedding's table nor the last one
// before the loss.
struct TrainedTensor {
    ValueId parameter = kNoValue, gradient = kNoValue;
    bool hidden = false;
};

// Parameters that are updated alike.
struct UpdateGroup {
    std::vector<TrainedTensor> tensors;
    float rateFactor = 1, weightDecay = 0;
};

struct OptimizerSpec {
    std::string type, title, summary;
    // Beside learning rate, weight decay and clipping, which all have. One key is one setting, whoever lists it.
    std::vector<ParameterSpec> settings;
    // Emits the fused update of a group, with its state values.
    std::function<Status(OpBuilder &, const LayerSettings &, const UpdateGroup &)> emitOps;
    // What no range tells: settings that do not fit each other. May be empty.
    std::function<Status(const LayerSettings &)> check;
};

const std::vector<OptimizerSpec> &optimizerCatalog();
const OptimizerSpec *findOptimizer(std::string_view type);

// The settings of all optimizers, each once, in the catalog's order.
const std::vector<ParameterSpec> &optimizerSettings();

// Range checks with a message for people. Errors: InvalidArgument; of one setting the node is its key: "learning_rate".
Status checkOptimizer(const OptimizerConfig &config);

// config.type is in the catalog. Errors: InvalidGraph, from an op's rule.
Status emitUpdate(OpBuilder &builder, const OptimizerConfig &config, const UpdateGroup &group);

}  // namespace trainyard
