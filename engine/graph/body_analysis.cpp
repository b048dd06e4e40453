#include "engine/graph/body_analysis.h"

#include <set>

namespace trainyard {

namespace {

// An input layer that gives what comes to the block on this input; absent where that is not known.
std::optional<Layer> asInput(const Layer &blockInput, const std::vector<std::optional<Shape>> &inputs)
{
    const std::int64_t number = settingsOf(*findLayer(kBlockInputType), blockInput).integer("number");
    if (number < 1 || number > static_cast<std::int64_t>(inputs.size()) || !inputs[static_cast<std::size_t>(number - 1)])
        return std::nullopt;
    Layer layer = blockInput;
    layer.type = "input";
    layer.parameters = {{"shape", inputs[static_cast<std::size_t>(number - 1)]->sizes()}};
    return layer;
}

}  // namespace

std::vector<std::optional<Shape>> shapesInto(const Graph &graph, const GraphAnalysis &analysis, LayerId layer)
{
    std::vector<std::optional<Shape>> shapes;
    for (const Wire &wire : graph.wiresInto(layer)) {
        const auto facts = analysis.layers.find(wire.from);
        shapes.push_back(facts != analysis.layers.end() ? facts->second.output : std::nullopt);
    }
    return shapes;
}

GraphAnalysis analyzeBody(const Graph &body, const std::vector<BlockDefinition> &definitions,
                          const std::vector<std::optional<Shape>> &inputs)
{
    // A network of the same layers, with input layers where the block's inputs are.
    Graph network = body;
    for (const BlockDefinition &definition : definitions)
        network.setBlock(definition.name, definition.body);
    std::set<LayerId> blockInputs;
    for (const Layer &layer : body.layers()) {
        if (layer.type == kBlockInputType) {
            blockInputs.insert(layer.id);
            if (std::optional<Layer> input = asInput(layer, inputs))
                network.insert(std::move(*input));
        } else if (layer.type == kBlockOutputType) {
            network.remove(layer.id);
        }
    }
    GraphAnalysis result = analyze(network);
    std::erase_if(result.problems, [&](const Problem &problem) { return problem.layer == 0 || blockInputs.contains(problem.layer); });
    for (const LayerId id : blockInputs) {
        LayerFacts &facts = result.layers[id];
        facts.broken = false;
        facts.label = findLayer(kBlockInputType)->label(settingsOf(*findLayer(kBlockInputType), *body.find(id)));
    }
    for (const Layer &layer : body.layers()) {
        if (layer.type != kBlockOutputType)
            continue;
        LayerFacts &facts = result.layers[layer.id];
        const std::vector<std::optional<Shape>> given = shapesInto(body, result, layer.id);
        if (!given.empty()) {
            facts.output = given.front();
            continue;
        }
        facts.broken = true;
        result.problems.push_back({layer.id, fmt::format("{} is what the block gives, but nothing is connected to it. Draw a wire to it.", layer.name), {}, {}});
    }
    return result;
}

}  // namespace trainyard
