// How long a run trains, how often it is evaluated, when it ends early and what it keeps: one struct each, with its own
// key in the training settings. A key is written only where it differs from the defaults.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"

namespace trainyard {

enum class LengthUnit : std::uint8_t { Epochs, Steps, Minutes };
const char *lengthUnitName(LengthUnit unit);  // "epochs", "steps", "minutes"

// "length": {"unit": "steps", "steps": 5000}. In epochs the number is TrainingConfig::epochs.
struct LengthConfig {
    LengthUnit unit = LengthUnit::Epochs;
    std::int64_t steps = 1000;
    double minutes = 10;  // of training and evaluating; pauses and the start do not count
    bool operator==(const LengthConfig &) const = default;
};

// "evaluation": {"every": 200, "unit": "steps"}. The end of the run is always evaluated. Without a validation part the
// training part is judged, whose metrics are whole at the end of an epoch: then epochs' ends alone count.
struct EvaluationConfig {
    std::int64_t every = 1;
    bool inSteps = false;  // else in epochs
    bool operator==(const EvaluationConfig &) const = default;
};

// "early_stopping": {"on": true, "metric": "loss", "patience": 10, "minimum_improvement": 0}; without "on": on.
struct StoppingConfig {
    bool on = false;
    std::string metric = "loss";     // of the validation part
    std::int64_t patience = 10;      // evaluations in a row without an improvement
    double minimumImprovement = 0;   // in the metric's own unit: less than this is none
    bool operator==(const StoppingConfig &) const = default;
};

// "keep_best": {"keep": true, "metric": "accuracy", "test": true}; without "keep": kept. The metric also says what a run's
// best value is.
struct BestConfig {
    bool keep = false;   // whether the best weights are kept as a checkpoint of their own
    std::string metric;  // empty: the network's first one beside the loss
    bool test = true;    // whether the test part is evaluated with them instead of the last ones
    bool operator==(const BestConfig &) const = default;
};

// Range checks. Errors: InvalidArgument; the node is the setting's place in the file: "early_stopping.patience".
Status checkLength(const LengthConfig &length);
Status checkEvaluation(const EvaluationConfig &evaluation);
Status checkStopping(const StoppingConfig &stopping);

nlohmann::ordered_json lengthToJson(const LengthConfig &length);
nlohmann::ordered_json evaluationToJson(const EvaluationConfig &evaluation);
nlohmann::ordered_json stoppingToJson(const StoppingConfig &stopping);
nlohmann::ordered_json bestToJson(const BestConfig &best);
// Errors: InvalidFile, naming the key.
Result<LengthConfig> lengthFromJson(const nlohmann::ordered_json &json);
Result<EvaluationConfig> evaluationFromJson(const nlohmann::ordered_json &json);
Result<StoppingConfig> stoppingFromJson(const nlohmann::ordered_json &json);
Result<BestConfig> bestFromJson(const nlohmann::ordered_json &json);

}  // namespace trainyard
