// What a network that learns a text is asked to write: after each evaluation of a run, on demand, and from a checkpoint.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"

namespace trainyard {

// "sampling": {"on": true, "prompt": "The ", "length": 200, "temperature": 0.8, "top_k": 0, "seed": 1}; written only where it
// differs from this.
struct SamplingConfig {
    bool on = true;             // whether a run writes something after each evaluation
    std::string prompt;         // UTF-8; empty: the beginning of a line
    std::int64_t length = 200;  // tokens to write after the prompt
    double temperature = 0.8;   // logits are divided by it; 0: always the likeliest token
    std::int64_t topK = 0;      // only so many of the likeliest tokens are drawn from; 0: all
    std::uint64_t seed = 1;     // its own: training's random numbers are others
    bool operator==(const SamplingConfig &) const = default;
};

// Range checks. Errors: InvalidArgument; the node is the setting's place in the file: "sampling.temperature".
Status checkSampling(const SamplingConfig &sampling);

nlohmann::ordered_json samplingToJson(const SamplingConfig &sampling);
// Errors: InvalidFile, naming the key.
Result<SamplingConfig> samplingFromJson(const nlohmann::ordered_json &json);

}  // namespace trainyard
