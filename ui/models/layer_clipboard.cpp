#include "ui/models/layer_clipboard.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "engine/base/json_text.h"
#include "engine/graph/block_edits.h"
#include "ui/models/auto_layout.h"

namespace trainyard::ui {

namespace {

using Json = nlohmann::ordered_json;

constexpr QPointF kPasteOffset{24, 24};

// "dense_2" -> "dense": what a fresh name is made of, so that copies of copies do not grow tails.
std::string stemOf(const std::string &name)
{
    const auto tail = name.find_last_not_of("0123456789");
    const bool numbered = tail != std::string::npos && tail > 0 && tail + 1 < name.size() && name[tail] == '_';
    return numbered ? name.substr(0, tail) : name;
}

// Where copies of these layers go: a little lower to the right, and further while they would cover others exactly.
QPointF freeOffset(const Graph &graph, const Layer &first)
{
    QPointF offset = kPasteOffset;
    const auto taken = [&](const Layer &layer) { return QPointF(layer.x, layer.y) == QPointF(first.x, first.y) + offset; };
    while (std::any_of(graph.layers().begin(), graph.layers().end(), taken))
        offset += kPasteOffset;
    return offset;
}

QPointF centeringOffset(const Graph &part, QPointF center)
{
    QPointF low(part.layers().front().x, part.layers().front().y), high = low;
    for (const Layer &layer : part.layers()) {
        low = {std::min(low.x(), layer.x), std::min(low.y(), layer.y)};
        high = {std::max(high.x(), layer.x), std::max(high.y(), layer.y)};
    }
    return center - (low + high + QPointF(kLayerCardSize.width(), kLayerCardSize.height())) / 2;
}

Result<Graph> layersFromText(const QByteArray &text)
{
    const auto refuse = [] { return fail(ErrorCode::InvalidFile, "The clipboard holds no layers. Copy some on a canvas first."); };
    const Json json = parseJson<Json>(std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
    if (!json.is_object() || !json.contains("graph"))
        return refuse();
    const auto mark = json.find("trainyard");
    if (mark == json.end() || *mark != "layers")
        return refuse();
    Result<Graph> part = graphFromJson(json["graph"], json.value("layout", Json::object()));
    if (!part || part->layers().empty())
        return refuse();
    return part;
}

bool isSameBody(const Graph &a, const Graph &b)
{
    return graphToJson(a) == graphToJson(b) && layoutToJson(a) == layoutToJson(b);
}

// The network with the definitions of the part, which may get other names in it.
Result<Graph> withDefinitions(Graph network, Graph &part)
{
    std::vector<std::string> names;
    for (const BlockDefinition &block : part.blocks())
        names.push_back(block.name);
    for (const std::string &name : names) {
        const Graph *own = network.findBlock(name);
        if (!own || isSameBody(*own, *part.findBlock(name)))
            continue;
        std::string other;
        for (int number = 2; other.empty() || network.findBlock(other) || part.findBlock(other); ++number)
            other = fmt::format("{}_{}", name, number);
        TRAINYARD_TRY(part, renameBlock(part, name, other));
    }
    for (const BlockDefinition &block : part.blocks())
        network.setBlock(block.name, block.body);
    return network;
}

}  // namespace

Status canContain(const Graph &network, const std::string &outer, const std::string &inner)
{
    if (outer.empty())
        return {};
    if (outer == inner)
        return fail(ErrorCode::InvalidGraph, "{} cannot stand inside itself. Add it outside its definition.", inner);
    if (containsBlock(network, inner, outer))
        return fail(ErrorCode::InvalidGraph, "{} contains {}, so that {} would contain itself. Add it outside.", inner, outer, inner);
    return {};
}

QByteArray layersToText(const Graph &network, const Graph &shown, const std::vector<LayerId> &layers)
{
    Graph part = shown;
    for (const Layer &layer : shown.layers())
        if (std::find(layers.begin(), layers.end(), layer.id) == layers.end())
            part.remove(layer.id);
    if (part.layers().empty())
        return {};
    for (const BlockDefinition &block : network.blocks())
        part.setBlock(block.name, block.body);
    part = withoutUnusedBlocks(part);
    const Json json{{"trainyard", "layers"}, {"graph", graphToJson(part)}, {"layout", layoutToJson(part)}};
    return QByteArray::fromStdString(json.dump());
}

Result<Pasted> withPasted(const Graph &before, const std::string &inBlock, const QByteArray &text, std::optional<QPointF> center)
{
    TRAINYARD_TRY(Graph part, layersFromText(text));
    TRAINYARD_TRY(const Graph network, withDefinitions(before, part));
    for (const Layer &layer : part.layers())
        if (layer.type == kBlockType)
            TRAINYARD_CHECK(canContain(network, inBlock, layer.block));

    Graph graph = *graphInBlock(network, inBlock);
    const QPointF offset = center ? centeringOffset(part, *center) : freeOffset(graph, part.layers().front());
    std::map<LayerId, LayerId> ids;
    std::map<std::string, std::string> names;
    Pasted pasted;
    for (const Layer &layer : part.layers()) {
        Layer copy = layer;
        copy.id = ids[layer.id] = graph.nextId();
        copy.name = names[layer.name] = graph.findByName(layer.name) ? graph.freshName(stemOf(layer.name)) : layer.name;
        copy.x += offset.x();
        copy.y += offset.y();
        pasted.layers.push_back(copy.id);
        graph.insert(std::move(copy));
    }
    for (const LayerId id : pasted.layers)  // weights shared among the copies are shared among them again
        if (const auto other = names.find(graph.find(id)->weightsOf); other != names.end())
            graph.edit(id)->weightsOf = other->second;
    for (const Wire &wire : part.wires())  // in port order
        (void)graph.connect({ids[wire.from], ids[wire.to], wire.port});
    pasted.network = withGraphInBlock(network, inBlock, std::move(graph));
    return pasted;
}

}  // namespace trainyard::ui
