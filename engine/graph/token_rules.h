// Whether layers that look tokens up get tokens, and others numbers; and whether the table has a row for every token.
#pragma once

#include "engine/graph/analysis.h"

namespace trainyard {

// Whether this input layer's samples are indices of tokens: a layer below looks them up.
bool feedsTokens(const Graph &graph, LayerId input);

// Of a layer right below an input layer. The fix, where there is one, makes the table as long as the vocabulary.
std::optional<Problem> tokenProblem(const Graph &graph, const LayerSpec &spec, const Layer &layer, const DataSignature &data);

}  // namespace trainyard
