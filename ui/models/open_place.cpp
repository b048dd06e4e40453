#include "ui/models/open_place.h"

#include <algorithm>
#include <deque>
#include <set>

#include "engine/graph/body_analysis.h"

namespace trainyard::ui {

namespace {

const Layer *firstBlock(const Graph &graph, const std::string &definition)
{
    const auto found = std::find_if(graph.layers().begin(), graph.layers().end(),
                                    [&](const Layer &layer) { return layer.type == kBlockType && layer.block == definition; });
    return found != graph.layers().end() ? &*found : nullptr;
}

// The block by which a step leads on; null: none stands for its definition any more.
const Layer *blockOf(const Graph &graph, const PlaceStep &step)
{
    const Layer *layer = graph.find(step.instance);
    return layer && layer->type == kBlockType && layer->block == step.block ? layer : firstBlock(graph, step.block);
}

}  // namespace

const Graph &graphAt(const Graph &network, const OpenPlace &place)
{
    return place.empty() ? network : *network.findBlock(place.back().block);
}

OpenPlace placeIn(const Graph &network, const OpenPlace &place)
{
    OpenPlace kept;
    const Graph *around = &network;
    for (PlaceStep step : place) {
        const Layer *layer = around->find(step.instance);
        if (layer && layer->type == kBlockType && network.findBlock(layer->block))
            step.block = layer->block;  // renamed
        around = network.findBlock(step.block);
        if (!around)
            return {};
        kept.push_back(std::move(step));
    }
    return kept;
}

OpenPlace placeOf(const Graph &network, const std::string &block)
{
    std::deque<OpenPlace> pending{{}};
    std::set<std::string> seen;
    while (!pending.empty()) {
        const OpenPlace place = pending.front();
        pending.pop_front();
        for (const Layer &layer : graphAt(network, place).layers()) {
            if (layer.type != kBlockType || !network.findBlock(layer.block) || !seen.insert(layer.block).second)
                continue;
            OpenPlace inner = place;
            inner.push_back({layer.id, layer.block});
            if (layer.block == block)
                return inner;
            pending.push_back(std::move(inner));
        }
    }
    return {{0, block}};
}

GraphAnalysis analysisAt(const Graph &network, const GraphAnalysis &analysis, const OpenPlace &place)
{
    if (place.empty())
        return analysis;
    GraphAnalysis here = analysis;
    const Graph *around = &network;
    for (const PlaceStep &step : place) {
        const Layer *block = blockOf(*around, step);
        const auto inputs = block ? shapesInto(*around, here, block->id) : std::vector<std::optional<Shape>>();
        around = network.findBlock(step.block);
        here = analyzeBody(*around, network.blocks(), inputs);
    }
    const std::string &block = place.back().block;
    for (Problem &problem : here.problems)
        if (problem.fix && problem.fix->block.empty())
            problem.fix->block = block;
    // What only the whole network tells, such as an output that goes nowhere.
    for (const Problem &problem : analysis.problems) {
        const bool isTold = std::any_of(here.problems.begin(), here.problems.end(), [&](const Problem &told) { return told.layer == problem.inside; });
        if (problem.block == block && problem.inside != 0 && !isTold)
            here.problems.push_back({problem.inside, problem.message, problem.key, problem.fix});
    }
    return here;
}

}  // namespace trainyard::ui
