// What is true inside the definition of a block that is being edited: shapes, parameters and problems in the ids and names
// of its own layers. Unlike what analyze() says of blocks it also holds while the definition is not whole, such as before
// its output is connected. Pure; any thread.
#pragma once

#include "engine/graph/analysis.h"

namespace trainyard {

// What comes to a layer, per sample, in port order; absent where it is not known.
std::vector<std::optional<Shape>> shapesInto(const Graph &graph, const GraphAnalysis &analysis, LayerId layer);

// definitions: those of the network, which blocks in the body stand for. inputs: what comes to the block. Problems are of
// layers alone: that a body has no loss is none.
GraphAnalysis analyzeBody(const Graph &body, const std::vector<BlockDefinition> &definitions,
                          const std::vector<std::optional<Shape>> &inputs);

}  // namespace trainyard
