#include "engine/api/freeze_layers.h"

#include <map>
#include <set>

#include "engine/graph/flatten.h"

namespace trainyard {

Result<Graph> freezeLayers(Graph graph, const std::vector<std::string> &names)
{
    for (const std::string &name : names) {
        const Layer *layer = graph.findByName(name);
        if (!layer)
            return fail(ErrorCode::InvalidArgument, "The network has no layer \"{}\" to freeze.", name);
        graph.edit(layer->id)->frozen = true;
    }
    return graph;
}

Graph freezeFlatLayers(Graph graph, const std::vector<std::string> &names)
{
    const std::set<std::string> wanted(names.begin(), names.end());
    const FlatGraph flat = flatten(graph);
    std::map<std::pair<std::string, LayerId>, bool> all;  // by definition and layer: wanted wherever it comes
    for (const auto &[id, origin] : flat.origins)
        if (const Layer *layer = flat.graph.find(id)) {
            const auto [entry, fresh] = all.emplace(std::pair(origin.block, origin.layer), true);
            entry->second = entry->second && wanted.contains(layer->name);
        }
    for (const auto &[place, freeze] : all) {
        if (!freeze)
            continue;
        const auto &[block, id] = place;
        if (block.empty()) {
            graph.edit(id)->frozen = true;
        } else if (const Graph *body = graph.findBlock(block)) {
            Graph changed = *body;
            changed.edit(id)->frozen = true;
            graph.setBlock(block, std::move(changed));
        }
    }
    return graph;
}

}  // namespace trainyard
