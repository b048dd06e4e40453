#include "engine/train/network_tensors.h"

#include <map>

#include "engine/graph/flatten.h"

namespace trainyard {

namespace {

bool isTaken(const Value &value, const ParameterInit &init)
{
    if (value.role == Role::Parameter)
        return true;
    return value.role == Role::State && (init.initializer == Initializer::Zeros || init.initializer == Initializer::Ones);
}

// Leaves every value where it is: what comes out in a row is in the order of what went in.
bool keepsOrder(const Layer &layer, const LayerSpec &spec)
{
    return spec.category == Category::Activation || layer.type == "dropout" || layer.type == "identity" || layer.type == "gaussian_noise"
           || layer.type == "batch_norm" || layer.type == "layer_norm";
}

const Layer *layerAbove(const Graph &graph, LayerId layer)
{
    const auto wires = graph.wiresInto(layer);
    return wires.empty() ? nullptr : graph.find(wires.front().from);
}

// Whether a sequence has channels, as convolutions and pooling along it give them, and not features of each position.
bool comesFromChannels(const Graph &graph, LayerId layer)
{
    for (const Layer *at = graph.find(layer); at; at = layerAbove(graph, at->id)) {
        const LayerSpec *spec = findLayer(at->type);
        if (!spec || !keepsOrder(*at, *spec))
            return at->type == "conv1d" || at->type == "max_pool1d" || at->type == "avg_pool1d";
    }
    return false;
}

// What was flattened above this layer, where that is what it reads: an image, a volume, a sequence of channels.
Shape flattenedAbove(const Graph &graph, const GraphAnalysis &analysis, LayerId layer)
{
    for (;;) {
        const Layer *above = layerAbove(graph, layer);
        const LayerSpec *spec = above ? findLayer(above->type) : nullptr;
        if (!spec)
            return {};
        if (above->type == "flatten") {
            const Layer *image = layerAbove(graph, above->id);
            const auto facts = image ? analysis.layers.find(image->id) : analysis.layers.end();
            if (facts == analysis.layers.end() || !facts->second.output)
                return {};
            const Shape &shape = *facts->second.output;
            return shape.rank() >= 3 || (shape.rank() == 2 && comesFromChannels(graph, image->id)) ? shape : Shape();
        }
        if (!keepsOrder(*above, *spec))
            return {};
        layer = above->id;
    }
}

}  // namespace

std::vector<NetworkTensor> networkTensors(const Graph &outer, const Program &program)
{
    const Graph graph = hasBlocks(outer) ? flatten(outer).graph : outer;
    const GraphAnalysis analysis = analyze(graph);
    std::vector<NetworkTensor> tensors;
    for (const ParameterInit &init : program.inits) {
        const Value &value = program.list.value(init.value);
        if (!isTaken(value, init) || value.layer < 0)
            continue;
        const Layer *layer = graph.findByName(program.layerNames[static_cast<std::size_t>(value.layer)]);
        if (!layer)
            continue;
        // Of layers that share weights, the first to come emits them and the owner gives the name.
        if (const auto owner = weightsOwner(graph, *layer))
            if (const Layer *owning = graph.findByName(*owner))
                layer = owning;
        tensors.push_back({value.name, layer->name, layer->type, value.type.shape, value.trainable, flattenedAbove(graph, analysis, layer->id)});
    }
    return tensors;
}

}  // namespace trainyard
