// The optimizer's settings in project files: {"type": "sgd", "learning_rate": 0.01, "momentum": 0.9, ...}
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "engine/optim/optimizer.h"

namespace trainyard {

nlohmann::ordered_json optimizerToJson(const OptimizerConfig &config);
// Errors: InvalidFile, naming the key.
Result<OptimizerConfig> optimizerFromJson(const nlohmann::ordered_json &json);

}  // namespace trainyard
