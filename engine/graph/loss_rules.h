// Whether what reaches a loss layer fits the targets of the data set.
#pragma once

#include "engine/graph/analysis.h"

namespace trainyard {

// "Set units of dense2 to 10"
Fix fixOf(const LayerSpec &spec, const Layer &layer, const std::string &key, ParameterValue value);

// predictions: the per-sample shape that comes to the loss layer; facts: of all layers above it. The fix, where there
// is one, changes the nearest layer above that sets the width.
std::optional<Problem> lossProblem(const Graph &graph, const std::map<LayerId, LayerFacts> &facts, const Layer &loss,
                                   const Shape &predictions, const DataSignature &data);

// The same for a loss that compares with the input. sample: the input layer's shape; vocabulary: of tokens, else 0.
std::optional<Problem> inputLossProblem(const Layer &loss, const Shape &predictions, const Shape &sample, std::int64_t vocabulary);

}  // namespace trainyard
