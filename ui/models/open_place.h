// Which graph of the project is open: the network, or the definition of a block that was opened on the way there. A plain
// value; pure functions.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/analysis.h"

namespace trainyard::ui {

struct PlaceStep {
    LayerId instance = 0;  // the block that was opened, in the graph around it; 0: none in particular
    std::string block;     // its definition
    bool operator==(const PlaceStep &) const = default;
};
using OpenPlace = std::vector<PlaceStep>;  // outermost first; empty: the network

// The graph that is open there; the place must be one of the network.
const Graph &graphAt(const Graph &network, const OpenPlace &place);
// The same place in a network that has changed: a step follows its block, whatever that stands for now. Where a definition is
// gone, the network itself.
OpenPlace placeIn(const Graph &network, const OpenPlace &place);
// The shortest way to the definition. One that no block stands for is reached at once.
OpenPlace placeOf(const Graph &network, const std::string &block);

// What is true of the graph that is open there, in its own ids; analysis is that of the whole network.
GraphAnalysis analysisAt(const Graph &network, const GraphAnalysis &analysis, const OpenPlace &place);

}  // namespace trainyard::ui
