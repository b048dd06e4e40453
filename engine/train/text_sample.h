// Text that a network writes: token after token, each drawn from what it says comes next. Engine thread.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/train/sampling_config.h"

namespace trainyard {

struct Dataset;
class Model;

// A sample as it leaves the engine; a plain value.
struct TextSample {
    std::int64_t step = 0, epoch = 0;  // of the weights: steps done, epochs finished
    SamplingConfig settings;           // what was asked for, the prompt among it
    std::string text;                  // what was written after the prompt
    std::string skipped;               // characters of the prompt that the training text does not have; they were left out
};

// Cuts text into tokens of the vocabulary, the longest that fits first; what no token begins with goes to skipped.
std::vector<std::int32_t> encodeTokens(const std::string &text, const std::vector<std::string> &vocabulary, std::string &skipped);

// The token drawn from these scores, a function of the settings and of how many were drawn before. With a temperature of 0 the
// largest, the first of equals. Scores that are not finite are never drawn while there is another.
std::int32_t drawToken(std::span<const float> scores, const SamplingConfig &settings, std::uint32_t position);

// The model's look must be ProbeKind::TextSample. The network sees as many of the last tokens as its context holds; its answer
// at the last of them counts, so later ones must not reach back: causal attention, or layers that only look backwards.
// cancelled is asked before each token: what has been written by then is returned. Errors: the executable's.
Result<TextSample> sampleText(Model &model, const Dataset &dataset, const SamplingConfig &settings, const std::function<bool()> &cancelled);

}  // namespace trainyard
