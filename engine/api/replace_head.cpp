#include "engine/api/replace_head.h"

namespace trainyard {

LayerId findHead(const Graph &graph)
{
    const GraphAnalysis analysis = analyze(graph);
    LayerId at = 0;  // the loss that was added first: the one that is judged
    for (const Layer &layer : graph.layers())
        if (const LayerSpec *spec = findLayer(layer.type); spec && spec->category == Category::Loss && (at == 0 || layer.id < at))
            at = layer.id;
    if (at == 0)
        return 0;
    for (std::size_t steps = 0; steps < graph.layers().size(); ++steps) {  // as many as there are: a drawn cycle ends too
        const auto wires = graph.wiresInto(at);
        if (wires.empty())
            return 0;
        at = wires.front().from;
        if (const auto facts = analysis.layers.find(at); facts != analysis.layers.end() && facts->second.parameters > 0)
            return at;
    }
    return 0;
}

std::optional<ReplacedHead> replaceHead(const Graph &graph, const std::optional<DataSignature> &data)
{
    const LayerId head = findHead(graph);
    if (head == 0)
        return std::nullopt;
    ReplacedHead replaced{graph.find(head)->name, graph};
    Layer *layer = replaced.graph.edit(head);
    layer->frozen = false;
    const std::int64_t width = !data ? 0 : data->classes > 0 ? data->classes : data->targetWidth;
    if (layer->type == "dense" && width > 0 && settingsOf(*findLayer("dense"), *layer).integer("units") != width)
        layer->parameters["units"] = width;
    return replaced;
}

}  // namespace trainyard
