// Freezes layers of a network: all whose weights were found, or those that a person names.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/graph/graph.h"

namespace trainyard {

// Of the outermost graph, by name. Errors: InvalidArgument, naming the one that is not there.
Result<Graph> freezeLayers(Graph graph, const std::vector<std::string> &names);

// By the names they have with blocks expanded, as WeightMatch::loadedLayers() gives them. A layer in a block's definition is
// frozen where it is in the list for every block of that definition.
Graph freezeFlatLayers(Graph graph, const std::vector<std::string> &names);

}  // namespace trainyard
