#include "engine/graph/block_edits.h"

#include <algorithm>
#include <map>

#include "engine/graph/flatten.h"

namespace trainyard {

namespace {

template <typename Each>
void forBlocksIn(const Graph &graph, Each each)
{
    for (const Layer &layer : graph.layers())
        if (layer.type == kBlockType)
            each(layer);
}

// The names of the definitions that the graph uses, directly or through others.
std::vector<std::string> usedBlocks(const Graph &network, const Graph &graph)
{
    std::vector<std::string> names;
    const auto add = [&](const Layer &layer) {
        if (std::find(names.begin(), names.end(), layer.block) == names.end())
            names.push_back(layer.block);
    };
    forBlocksIn(graph, add);
    for (std::size_t i = 0; i < names.size(); ++i)
        if (const Graph *body = network.findBlock(names[i]))
            forBlocksIn(*body, add);
    return names;
}

class LayerCount {
public:
    explicit LayerCount(const Graph &graph) : m_graph(graph) {}

    std::int64_t ofBlock(const Layer &block, std::size_t depth = 0)
    {
        const std::int64_t repeat = settingsOf(*findLayer(kBlockType), block).integer("repeat");
        return std::min(kMost, ofDefinition(block.block, depth) * std::clamp<std::int64_t>(repeat, 0, kMost));
    }
    std::int64_t ofDefinition(const std::string &name, std::size_t depth = 0)
    {
        const Graph *body = m_graph.findBlock(name);
        const auto [entry, fresh] = m_known.emplace(name, 0);  // 0 inside of itself
        if (!body || !fresh || depth > kMaxBlockDepth)
            return entry->second;
        std::int64_t count = 0;
        for (const Layer &layer : body->layers())
            if (layer.type == kBlockType)
                count = std::min(kMost, count + ofBlock(layer, depth + 1));
            else if (layer.type != kBlockInputType && layer.type != kBlockOutputType)
                count = std::min(kMost, count + 1);
        return entry->second = count;
    }

private:
    static constexpr std::int64_t kMost = kMaxFlatLayers;
    const Graph &m_graph;
    std::map<std::string, std::int64_t> m_known;  // of definitions: one that is used twice is counted once
};

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
    const std::vector<std::string> used = usedBlocks(graph, graph);
    Graph result = graph;
    for (const BlockDefinition &block : graph.blocks())
        if (std::find(used.begin(), used.end(), block.name) == used.end())
            result.removeBlock(block.name);
    return result;
}

std::int64_t layersInside(const Graph &graph, const std::string &definition)
{
    return LayerCount(graph).ofDefinition(definition);
}

std::int64_t layersInside(const Graph &graph, const Layer &block)
{
    return LayerCount(graph).ofBlock(block);
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
    const std::vector<std::string> used = usedBlocks(graph, *body);
    return std::find(used.begin(), used.end(), inner) != used.end();
}

}  // namespace trainyard
