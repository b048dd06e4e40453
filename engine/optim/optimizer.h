// The optimizers, as a table: settings for the Train page and project files, and the op each emits.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/ops/op_spec.h"

namespace trainyard {

struct OptimizerConfig {
    std::string type = "adam";  // "sgd", "adam", "adamw"
    double learningRate = 1e-3;
    double momentum = 0.9;      // sgd
    bool nesterov = false;      // sgd
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;  // adam, adamw
    double weightDecay = 0.0;
    double clipNorm = 0.0, clipValue = 0.0;  // of all gradients together, of each element; 0: not clipped
    bool operator==(const OptimizerConfig &) const = default;
};

struct OptimizerSpec {
    std::string type, title, summary;
    std::vector<std::string> uses;  // the OptimizerConfig members that matter: "momentum", "beta1", ...
    // Emits the one fused update of all (parameter, gradient) pairs, with its state values.
    std::function<Status(OpBuilder &, const OptimizerConfig &, std::span<const std::pair<ValueId, ValueId>>)> emitOps;
};

const std::vector<OptimizerSpec> &optimizerCatalog();
const OptimizerSpec *findOptimizer(std::string_view type);

// Range checks with a message for people. Errors: InvalidArgument.
Status checkOptimizer(const OptimizerConfig &config);

}  // namespace trainyard
