#include "engine/blocks/built_in_blocks.h"

#include <algorithm>

#include "engine/blocks/block_list.h"

namespace trainyard {

const std::vector<BuiltInBlock> &builtInBlocks()
{
    static const std::vector<BuiltInBlock> blocks{
#define X(Name) make##Name##Block(),
        TRAINYARD_BUILT_IN_BLOCKS(X)
#undef X
    };
    return blocks;
}

const BuiltInBlock *findBuiltInBlock(std::string_view name)
{
    const auto &blocks = builtInBlocks();
    const auto found = std::find_if(blocks.begin(), blocks.end(), [&](const BuiltInBlock &block) { return block.name == name; });
    return found != blocks.end() ? &*found : nullptr;
}

namespace {

// The definition of that content among those called "residual", "residual_2" and so on, or the first such name that is free.
// What is being edited, and what contains it, cannot stand in it.
std::string definitionFor(const Graph &graph, const std::string &inBlock, const std::string &stem, const Graph &body)
{
    std::string name = stem;
    for (int number = 2;; ++number) {
        const Graph *present = graph.findBlock(name);
        if (!present)
            return name;
        const bool around = !inBlock.empty() && (name == inBlock || containsBlock(graph, name, inBlock));
        if (!around && *present == body)
            return name;
        name = fmt::format("{}_{}", stem, number);
    }
}

}  // namespace

Result<BlockEdit> addBuiltInBlock(const Graph &graph, const std::string &inBlock, const std::string &builtIn, const LayerSettings &settings,
                                  double x, double y)
{
    const BuiltInBlock *block = findBuiltInBlock(builtIn);
    if (!block)
        return fail(ErrorCode::NotFound, "There is no built-in block {}.", builtIn);
    const Graph *around = graphInBlock(graph, inBlock);
    if (!around)
        return fail(ErrorCode::InvalidGraph, "There is no block {} to add {} to.", inBlock, block->title);
    for (const ParameterSpec &spec : block->settings)
        if (auto message = checkParameter(spec, settings.value(spec.key)))
            return fail(ErrorCode::InvalidGraph, "{}: {}", block->title, *message);
    Graph body = block->make(settings);
    const std::string definition = definitionFor(graph, inBlock, block->name, body);
    Graph edited = *around;
    const LayerId instance = edited.add(kBlockType, x, y);
    edited.edit(instance)->name.clear();  // "block" is not taken by what is about to have another name
    edited.edit(instance)->name = edited.freshName(definition);
    edited.edit(instance)->block = definition;
    BlockEdit result{withGraphInBlock(graph, inBlock, std::move(edited)), instance};
    if (!result.graph.findBlock(definition))
        result.graph.setBlock(definition, std::move(body));
    return result;
}

ParameterMap settingsFor(const std::string &builtIn, const Shape &input)
{
    const BuiltInBlock *block = findBuiltInBlock(builtIn);
    if (!block)
        return {};
    ParameterMap proposed = block->settingsFor(input);
    for (const ParameterSpec &spec : block->settings)  // of an input beyond what the block is made for nothing is proposed
        if (const auto found = proposed.find(spec.key); found != proposed.end() && checkParameter(spec, found->second))
            proposed.erase(found);
    return proposed;
}

}  // namespace trainyard
