// The step of fine-tuning that swaps the end of a network: the last layer with weights before the loss starts afresh, as wide as
// the data have classes.
#pragma once

#include <optional>

#include "engine/graph/analysis.h"
#include "engine/graph/graph.h"

namespace trainyard {

// The layer of the outermost graph whose weights come last before the first loss, going up the first inputs; 0: none. A block
// counts as one layer.
LayerId findHead(const Graph &graph);

struct ReplacedHead {
    std::string layer;  // its name, for StartFrom::leaveOut
    Graph graph;        // as it was, or with another width of the head
};

// data: as known; its classes, or values per target, become the head's width where the head is a dense layer. A head with a
// frozen mark loses it: it has everything to learn. Empty where there is no head.
std::optional<ReplacedHead> replaceHead(const Graph &graph, const std::optional<DataSignature> &data);

}  // namespace trainyard
