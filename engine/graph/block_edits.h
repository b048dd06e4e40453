// Edits that make blocks and take them apart. Each takes a network and returns the changed one, so that a refused edit leaves
// everything as it was. Pure; any thread.
//
// inBlock names the definition whose body is edited; empty: the outermost graph. Layer ids are those of that graph.
// Errors: InvalidGraph, with what is in the way and what to do.
#pragma once

#include "engine/graph/graph.h"

namespace trainyard {

// A network with a new block layer in it.
struct BlockEdit {
    Graph graph;
    LayerId block = 0;
};

// Makes a definition of the layers, called `name` or the next free name like it, and puts one block in their place. Each
// distinct layer that feeds them from outside becomes a block input, numbered from left to right. The layers keep their ids,
// names and positions in the definition.
// Refuses: input and loss layers and the ends of a block; layers without anything that comes in; more than one output; layers
// between which another one lies that is not chosen; weights shared across the border.
Result<BlockEdit> groupLayers(const Graph &graph, const std::string &inBlock, const std::vector<LayerId> &layers, const std::string &name);

// Puts the layers of its definition in the place of the block, as often as it is repeated, with fresh ids and names. What the
// block passes on to its layers (inheritFromBlock) is theirs then; repeated blocks that share weights become layers that
// do. The definition goes when nobody uses it any more.
// Refuses a block that cannot be expanded (see flatten.h), one that uses the weights of another block or lends it its own,
// and one that would become more than kMaxFlatLayers layers.
Result<Graph> ungroup(const Graph &graph, const std::string &inBlock, LayerId block);

// Gives a definition another name, in the blocks that stand for it as well.
Result<Graph> renameBlock(const Graph &graph, const std::string &from, const std::string &to);

// Without the definitions that the outermost graph does not use, directly or through other definitions.
Graph withoutUnusedBlocks(const Graph &graph);

// How many layers a definition stands for, and a block as often as it is repeated; those of the blocks inside are among them.
// At most kMaxFlatLayers.
std::int64_t layersInside(const Graph &graph, const std::string &definition);
std::int64_t layersInside(const Graph &graph, const Layer &block);

// How many block layers stand for the definition, in the outermost graph and in all definitions; a repeated one counts once.
int blockUses(const Graph &graph, std::string_view name);

// Whether the body of `outer` has a block of `inner` in it, however deep: then `outer` may not stand inside `inner`.
bool containsBlock(const Graph &graph, std::string_view outer, std::string_view inner);

// The graph that is edited: the outermost one, or the body of a definition. Null: there is no such definition.
const Graph *graphInBlock(const Graph &graph, const std::string &inBlock);
// The network with the edited graph in its place, and with the definitions the network had.
Graph withGraphInBlock(const Graph &graph, const std::string &inBlock, Graph edited);

std::string freshBlockName(const Graph &graph, const std::string &stem);

// How far apart cards of layers are put by edits that make some, on the canvas.
inline constexpr double kLayerStepX = 200, kLayerStepY = 80;

}  // namespace trainyard
