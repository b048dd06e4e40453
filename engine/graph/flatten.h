// A graph with its blocks replaced by the layers of their definitions: what analysis and Programs work on. The file and the
// canvas keep blocks as blocks.
//
// Layers of the outermost graph keep id and name. The layer conv1 in the block res1 becomes "res1/conv1"; in the third of a
// repeated block it is "res1.3/conv1". Layers placed nowhere themselves are placed as their block is; its precision and its
// recomputation go to them likewise, those of a frozen block are frozen, and its learning rate factor multiplies theirs.
#pragma once

#include <set>

#include "engine/graph/analysis.h"

namespace trainyard {

// Where a layer of the flat graph comes from.
struct LayerOrigin {
    LayerId top = 0;    // the layer or block of the outermost graph
    std::string block;  // the definition it stands in; empty: the outermost graph
    LayerId layer = 0;  // its id there
};

struct FlatGraph {
    Graph graph;
    std::map<LayerId, LayerOrigin> origins;  // by the flat graph's ids; of every layer in it
    std::map<LayerId, LayerId> outputs;      // of the blocks of the outermost graph: which flat layer gives their output
    std::set<LayerId> checkpoints;           // layers whose output a recomputed block keeps: it is the block's own
    std::vector<Problem> problems;           // of blocks and their definitions; those blocks stay in the graph as they are
};

bool hasBlocks(const Graph &graph);

// Pure; any thread. At most kMaxFlatLayers layers come out, of at most as many blocks, and at most kMaxBlockDepth blocks stand in
// one another; more is a problem.
inline constexpr std::size_t kMaxFlatLayers = 20000, kMaxBlockDepth = 64;
FlatGraph flatten(const Graph &graph);

}  // namespace trainyard
