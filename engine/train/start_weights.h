// Takes the first weights of a run from elsewhere.
#pragma once

#include <string>

#include "engine/exchange/weight_source.h"
#include "engine/train/model.h"
#include "engine/train/weight_match.h"

namespace trainyard {

// An opened source and what it is, for people: "run 3 (step 120)", "body.safetensors".
struct StartSource {
    WeightSource source;
    std::string what;
};

struct StartedWeights {
    WeightMatch match;
    std::string recordJson;  // what the run's record keeps: what it started from, the file's SHA-256, the match
};

// What a loaded tensor starts with, in the network's order. Errors: those of WeightSource.
Result<std::vector<float>> readMatched(const WeightSource &source, const TensorMatch &match);

// Writes everything that matches into the model, averages of the weights with them; the optimizer's state stays fresh.
// Errors: InvalidArgument where nothing matches, before anything is written; those of WeightSource.
Result<StartedWeights> startModel(Model &model, const Graph &graph, const StartSource &start, const StartFrom &options);

}  // namespace trainyard
