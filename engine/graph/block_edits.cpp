#include "engine/graph/block_edits.h"

#include <algorithm>

namespace trainyard {

namespace {

template <typename Each>
void forBlocksIn(const Graph &graph, Each each)
{
    for (const Layer &layer : graph.layers())
        if (layer.type == kBlockType)
            each(layer);
}

// Adds the definitions that the graph uses, directly or through others, to the names.
void collectUsed(const Graph &network, const Graph &graph, std::vector<std::string> &names)
{
    forBlocksIn(graph, [&](const Layer &layer) {
        if (std::find(names.begin(), names.end(), layer.block) != names.end())
            return;
        names.push_back(layer.block);
        if (const Graph *body = network.findBlock(layer.block))
            collectUsed(network, *body, names);
    });
}

}  // namespace

const Graph *graphInBlock(const Graph &graph, const std::string &inBlock)
{
    return inBlock.empty() ? &graph : graph.findBlock(inBlock);
}

Graph withGraphInBlock(const Graph &graph, const std::string &inBlock, Graph edited)
{
    if (inBlock.empty())
        return edited;
    Graph network = graph;
    network.setBlock(inBlock, std::move(edited));
    return network;
}

std::string freshBlockName(const Graph &graph, const std::string &stem)
{
    std::string name = stem.empty() ? std::string(kBlockType) : stem;
    for (int number = 2; graph.findBlock(name); ++number)
        name = fmt::format("{}_{}", stem.empty() ? kBlockType : stem, number);
    return name;
}

Result<Graph> renameBlock(const Graph &graph, const std::string &from, const std::string &to)
{
    if (!graph.findBlock(from))
        return fail(ErrorCode::InvalidGraph, "There is no block {} to rename.", from);
    if (to.find_first_not_of(" \t\r\n") == std::string::npos)
        return fail(ErrorCode::InvalidGraph, "A block needs a name of at least one letter.");
    if (from != to && graph.findBlock(to))
        return fail(ErrorCode::InvalidGraph, "There is a block {} already. Choose another name.", to);
    const auto renamed = [&](Graph changed) {
        for (const Layer &layer : std::vector<Layer>(changed.layers()))
            if (layer.block == from)
                changed.edit(layer.id)->block = to;
        return changed;
    };
    Graph result = renamed(graph);
    for (const BlockDefinition &block : graph.blocks())
        result.removeBlock(block.name);
    for (const BlockDefinition &block : graph.blocks())  // in the order they had
        result.setBlock(block.name == from ? to : block.name, renamed(block.body));
    return result;
}

Graph withoutUnusedBlocks(const Graph &graph)
{
    std::vector<std::string> used;
    collectUsed(graph, graph, used);
    Graph result = graph;
    for (const BlockDefinition &block : graph.blocks())
        if (std::find(used.begin(), used.end(), block.name) == used.end())
            result.removeBlock(block.name);
    return result;
}

int blockUses(const Graph &graph, std::string_view name)
{
    int uses = 0;
    const auto count = [&](const Layer &layer) { uses += layer.block == name; };
    forBlocksIn(graph, count);
    for (const BlockDefinition &block : graph.blocks())
        forBlocksIn(block.body, count);
    return uses;
}

bool containsBlock(const Graph &graph, std::string_view outer, std::string_view inner)
{
    const Graph *body = graph.findBlock(outer);
    if (!body)
        return false;
    std::vector<std::string> used;
    collectUsed(graph, *body, used);
    return std::find(used.begin(), used.end(), inner) != used.end();
}

}  // namespace trainyard
