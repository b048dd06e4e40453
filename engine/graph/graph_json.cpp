// The graph in project.json:
//   "graph":  {"layers": [{"id": 1, "type": "conv2d", "name": "conv1", "parameters": {"filters": 16}, "device": "cpu"}],
//              "wires": [[from, to, port]], "blocks": [{"name": "residual", "layers": ..., "wires": ..., "layout": ...}]}
//   "layout": {"1": [x, y]}
// Keys in a fixed order and layers by id, so that a diff shows what changed. What this program does not know is kept.
#include <algorithm>
#include <cmath>
#include <set>

#include <nlohmann/json.hpp>

#include "engine/graph/graph.h"

namespace trainyard {

namespace {

using Json = nlohmann::ordered_json;

// Largest id that survives every JSON reader (2^53).
constexpr std::int64_t kMaxId = std::int64_t{1} << 53;

std::optional<std::int64_t> wholeNumber(const Json &json)
{
    if (json.is_number_unsigned()) {
        const auto number = json.get<std::uint64_t>();
        if (number <= static_cast<std::uint64_t>(kMaxId))
            return static_cast<std::int64_t>(number);
        return std::nullopt;
    }
    if (json.is_number_integer()) {
        const auto number = json.get<std::int64_t>();
        if (number >= -kMaxId)
            return number;
        return std::nullopt;
    }
    if (json.is_number_float()) {
        const double number = json.get<double>();
        if (std::abs(number) <= static_cast<double>(kMaxId) && number == std::floor(number))
            return static_cast<std::int64_t>(number);
    }
    return std::nullopt;
}

// For messages: the value as the file has it, cut short.
std::string shown(const Json &json)
{
    std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    constexpr std::size_t kShown = 40;
    if (text.size() > kShown)
        return fmt::format("{} of {} characters", json.type_name(), text.size());
    return text;
}

Json toJson(const ParameterValue &value)
{
    return std::visit([](const auto &content) { return Json(content); }, value);
}

// Keys kept from the file, as an object; an empty one when there are none.
Json keptKeys(const std::string &text)
{
    Json kept = text.empty() ? Json::object() : Json::parse(text, nullptr, false);
    return kept.is_object() ? kept : Json::object();
}

std::string asKept(const Json &object)
{
    return object.empty() ? std::string() : object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const char *kindText(ParameterKind kind)
{
    switch (kind) {
    case ParameterKind::Integer: return "a whole number";
    case ParameterKind::Real: return "a number";
    case ParameterKind::Boolean: return "true or false";
    case ParameterKind::Choice:
    case ParameterKind::Text: return "a text";
    case ParameterKind::Pair: return "two whole numbers, [height, width]";
    case ParameterKind::IntegerList: return "a list of whole numbers";
    }
    return "";
}

std::optional<ParameterValue> parameterFromJson(const ParameterSpec &spec, const Json &json)
{
    switch (spec.kind) {
    case ParameterKind::Integer:
        if (const auto number = wholeNumber(json))
            return *number;
        return std::nullopt;
    case ParameterKind::Real:
        if (json.is_number())
            return json.get<double>();
        return std::nullopt;
    case ParameterKind::Boolean:
        if (json.is_boolean())
            return json.get<bool>();
        return std::nullopt;
    case ParameterKind::Choice:
    case ParameterKind::Text:
        if (json.is_string())
            return json.get<std::string>();
        return std::nullopt;
    case ParameterKind::Pair:
    case ParameterKind::IntegerList: {
        if (!json.is_array() || (spec.kind == ParameterKind::Pair && json.size() != 2))
            return std::nullopt;
        std::vector<std::int64_t> sizes;
        for (const Json &entry : json) {
            const auto size = wholeNumber(entry);
            if (!size)
                return std::nullopt;
            sizes.push_back(*size);
        }
        return sizes;
    }
    }
    return std::nullopt;
}

const ParameterSpec *findParameter(const LayerSpec &spec, const std::string &key)
{
    const auto found = std::find_if(spec.parameters.begin(), spec.parameters.end(),
                                    [&](const ParameterSpec &parameter) { return parameter.key == key; });
    return found == spec.parameters.end() ? nullptr : &*found;
}

// What a layer may say besides its settings.
constexpr std::pair<const char *, std::string Layer::*> kTextKeys[] = {
    {kDeviceKey, &Layer::device},
    {kBlockKey, &Layer::block},
    {kWeightsOfKey, &Layer::weightsOf},
    {kPrecisionKey, &Layer::precision}};

std::string Layer::*textOf(const std::string &key)
{
    for (const auto &[name, text] : kTextKeys)
        if (key == name)
            return text;
    return nullptr;
}

Json layerToJson(const Layer &layer)
{
    Json json;
    json["id"] = layer.id;
    json["type"] = layer.type;
    json["name"] = layer.name;
    const Json kept = keptKeys(layer.unknownJson);
    Json parameters = Json::object();
    if (const LayerSpec *spec = findLayer(layer.type))
        for (const ParameterSpec &parameter : spec->parameters)
            if (const auto found = layer.parameters.find(parameter.key); found != layer.parameters.end())
                parameters[parameter.key] = toJson(found->second);
    for (const auto &[key, value] : layer.parameters)
        if (!parameters.contains(key))
            parameters[key] = toJson(value);
    if (const auto more = kept.find("parameters"); more != kept.end() && more->is_object())
        for (const auto &[key, value] : more->items())
            parameters[key] = value;
    json["parameters"] = std::move(parameters);
    for (const auto &[key, text] : kTextKeys)
        if (!(layer.*text).empty())
            json[key] = layer.*text;
    if (layer.frozen)
        json[kFrozenKey] = true;
    if (layer.learningRateFactor != 1)
        json[kRateFactorKey] = layer.learningRateFactor;
    if (layer.recompute)
        json[kRecomputeKey] = true;
    for (const auto &[key, value] : kept.items())
        if (!json.contains(key))
            json[key] = value;
    return json;
}

Status readParameters(const Json &json, const LayerSpec *spec, Layer &layer, Json &kept)
{
    if (!json.is_object())
        return fail(Error{ErrorCode::InvalidFile, fmt::format("The parameters of {} must be an object, got {}.", layer.name, shown(json)),
                          layer.name, "parameters"});
    for (const auto &[key, value] : json.items()) {
        const ParameterSpec *parameter = spec ? findParameter(*spec, key) : nullptr;
        if (!parameter) {
            kept["parameters"][key] = value;
            continue;
        }
        auto read = parameterFromJson(*parameter, value);
        if (!read)
            return fail(Error{ErrorCode::InvalidFile,
                              fmt::format("The setting {} of {} must be {}, got {}.", key, layer.name, kindText(parameter->kind), shown(value)),
                              layer.name, key});
        layer.parameters[key] = std::move(*read);
    }
    return {};
}

Result<Layer> layerFromJson(const Json &json, std::size_t position)
{
    if (!json.is_object())
        return fail(ErrorCode::InvalidFile, "Layer number {} of the graph must be an object, got {}.", position + 1, shown(json));
    const auto text = [&](const char *key) -> Result<std::string> {
        const auto found = json.find(key);
        if (found == json.end() || !found->is_string() || found->get_ref<const std::string &>().empty())
            return fail(ErrorCode::InvalidFile, "The key {} of layer number {} must be a text, got {}.", key, position + 1,
                        found == json.end() ? "nothing" : shown(*found));
        return found->get<std::string>();
    };
    Layer layer;
    TRAINYARD_TRY(layer.name, text("name"));
    TRAINYARD_TRY(layer.type, text("type"));
    const auto id = json.find("id");
    const auto number = id == json.end() ? std::nullopt : wholeNumber(*id);
    if (!number || *number < 1 || *number >= kMaxId)
        return fail(Error{ErrorCode::InvalidFile,
                          fmt::format("The id of {} must be a whole number of at least 1, got {}.", layer.name,
                                      id == json.end() ? "nothing" : shown(*id)),
                          layer.name, "id"});
    layer.id = *number;
    Json kept = Json::object();
    for (const auto &[key, value] : json.items()) {
        if (key == "parameters") {
            TRAINYARD_CHECK(readParameters(value, findLayer(layer.type), layer, kept));
        } else if (const auto member = textOf(key)) {
            // A word that is no device, block, layer or precision is kept: analysis says so, and it can be mended in the editor.
            if (!value.is_string())
                return fail(Error{ErrorCode::InvalidFile, fmt::format("The {} of {} must be a text, got {}.", key, layer.name, shown(value)),
                                  layer.name, key});
            layer.*member = value.get<std::string>();
        } else if (key == kFrozenKey || key == kRecomputeKey) {
            if (!value.is_boolean())
                return fail(Error{ErrorCode::InvalidFile, fmt::format("The key {} of {} must be true or false, got {}.", key, layer.name, shown(value)),
                                  layer.name, key});
            (key == kFrozenKey ? layer.frozen : layer.recompute) = value.get<bool>();
        } else if (key == kRateFactorKey) {
            // One out of range is kept, as a word that is no device is.
            if (!value.is_number())
                return fail(Error{ErrorCode::InvalidFile, fmt::format("The key {} of {} must be a number, got {}.", key, layer.name, shown(value)),
                                  layer.name, key});
            layer.learningRateFactor = value.get<double>();
        } else if (key != "id" && key != "type" && key != "name") {
            kept[key] = value;
        }
    }
    layer.unknownJson = asKept(kept);
    return layer;
}

Status readLayers(const Json &json, Graph &graph)
{
    if (!json.is_array())
        return fail(ErrorCode::InvalidFile, "The layers of the graph must be a list, got {}.", shown(json));
    std::set<std::string> names;
    for (std::size_t i = 0; i < json.size(); ++i) {
        TRAINYARD_TRY(Layer layer, layerFromJson(json[i], i));
        if (const Layer *other = graph.find(layer.id))
            return fail(Error{ErrorCode::InvalidFile, fmt::format("{} and {} have the same id {}.", other->name, layer.name, layer.id),
                              layer.name, "id"});
        if (!names.insert(layer.name).second)
            return fail(Error{ErrorCode::InvalidFile, fmt::format("Two layers have the name {}. Names must differ.", layer.name),
                              layer.name, "name"});
        graph.insert(std::move(layer));
    }
    return {};
}

Status readWires(const Json &json, Graph &graph)
{
    if (!json.is_array())
        return fail(ErrorCode::InvalidFile, "The wires of the graph must be a list, got {}.", shown(json));
    std::vector<Wire> wires;
    for (std::size_t i = 0; i < json.size(); ++i) {
        std::vector<std::int64_t> numbers;
        if (json[i].is_array() && json[i].size() == 3)
            for (const Json &entry : json[i])
                if (const auto number = wholeNumber(entry))
                    numbers.push_back(*number);
        if (numbers.size() != 3 || numbers[2] < 0 || numbers[2] > 1000)
            return fail(ErrorCode::InvalidFile, "Wire number {} must be [from, to, port] in whole numbers, got {}.", i + 1, shown(json[i]));
        const Wire wire{numbers[0], numbers[1], static_cast<int>(numbers[2])};
        if (!graph.find(wire.from) || !graph.find(wire.to))
            return fail(ErrorCode::InvalidFile, "Wire number {} connects layer {}, which is not in the file.", i + 1,
                        graph.find(wire.from) ? wire.to : wire.from);
        wires.push_back(wire);
    }
    std::sort(wires.begin(), wires.end(), [](const Wire &a, const Wire &b) { return std::pair(a.to, a.port) < std::pair(b.to, b.port); });
    for (std::size_t i = 0; i < wires.size(); ++i) {
        const std::string &name = graph.find(wires[i].to)->name;
        if (i > 0 && wires[i].to == wires[i - 1].to && wires[i].port == wires[i - 1].port)
            return fail(Error{ErrorCode::InvalidFile, fmt::format("Input {} of {} has two wires.", wires[i].port + 1, name), name, "wires"});
        if (auto connected = graph.connect(wires[i]); !connected)
            return fail(Error{ErrorCode::InvalidGraph, connected.error().message, name, "wires"});
    }
    return {};
}

Status readLayout(const Json &json, Graph &graph)
{
    if (json.is_null())
        return {};
    if (!json.is_object())
        return fail(ErrorCode::InvalidFile, "The layout must be an object of positions, got {}.", shown(json));
    for (const Layer &layer : std::vector<Layer>(graph.layers())) {
        const auto found = json.find(std::to_string(layer.id));
        if (found == json.end())
            continue;
        if (!found->is_array() || found->size() != 2 || !(*found)[0].is_number() || !(*found)[1].is_number())
            return fail(Error{ErrorCode::InvalidFile, fmt::format("The position of {} must be [x, y], got {}.", layer.name, shown(*found)),
                              layer.name, "layout"});
        Layer *placed = graph.edit(layer.id);
        placed->x = (*found)[0].get<double>();
        placed->y = (*found)[1].get<double>();
    }
    return {};
}

Status readBlocks(const Json &json, Graph &graph)
{
    if (!json.is_array())
        return fail(ErrorCode::InvalidFile, "The blocks of the graph must be a list, got {}.", shown(json));
    for (std::size_t i = 0; i < json.size(); ++i) {
        const auto name = json[i].find("name");
        if (!json[i].is_object() || name == json[i].end() || !name->is_string() || name->get_ref<const std::string &>().empty())
            return fail(ErrorCode::InvalidFile, "Block number {} of the graph must be an object with a name, got {}.", i + 1, shown(json[i]));
        const auto text = name->get<std::string>();
        if (graph.findBlock(text))
            return fail(ErrorCode::InvalidFile, "Two blocks have the name {}. Names must differ.", text);
        if (json[i].contains("blocks"))
            return fail(ErrorCode::InvalidFile, "The block {} has blocks of its own. Definitions belong to the whole graph.", text);
        Json body = json[i];
        body.erase("name");
        const Json layout = body.contains("layout") ? body["layout"] : Json();
        body.erase("layout");
        auto read = graphFromJson(body, layout);
        if (!read) {
            read.error().message = fmt::format("In the block {}: {}", text, read.error().message);
            return fail(std::move(read.error()));
        }
        graph.setBlock(text, std::move(*read));
    }
    return {};
}

}  // namespace

nlohmann::ordered_json graphToJson(const Graph &graph)
{
    Json json;
    json["layers"] = Json::array();
    for (const Layer &layer : graph.layers())
        json["layers"].push_back(layerToJson(layer));
    json["wires"] = Json::array();
    for (const Wire &wire : graph.wires())
        json["wires"].push_back(Json::array({wire.from, wire.to, wire.port}));
    for (const BlockDefinition &block : graph.blocks()) {
        Json definition{{"name", block.name}};
        definition.update(graphToJson(block.body));
        definition["layout"] = layoutToJson(block.body);
        json["blocks"].push_back(std::move(definition));
    }
    const Json kept = keptKeys(graph.unknownJson());
    for (const auto &[key, value] : kept.items())
        if (!json.contains(key))
            json[key] = value;
    return json;
}

nlohmann::ordered_json layoutToJson(const Graph &graph)
{
    Json json = Json::object();
    for (const Layer &layer : graph.layers())
        json[std::to_string(layer.id)] = Json::array({layer.x, layer.y});
    return json;
}

Result<Graph> graphFromJson(const nlohmann::ordered_json &json, const nlohmann::ordered_json &layout)
{
    if (!json.is_object())
        return fail(ErrorCode::InvalidFile, "The graph must be an object with layers and wires, got {}.", shown(json));
    Graph graph;
    if (const auto layers = json.find("layers"); layers != json.end())
        TRAINYARD_CHECK(readLayers(*layers, graph));
    else
        return fail(ErrorCode::InvalidFile, "The graph has no list of layers.");
    if (const auto wires = json.find("wires"); wires != json.end())
        TRAINYARD_CHECK(readWires(*wires, graph));
    TRAINYARD_CHECK(readLayout(layout, graph));
    if (const auto blocks = json.find("blocks"); blocks != json.end())
        TRAINYARD_CHECK(readBlocks(*blocks, graph));
    Json kept = Json::object();
    for (const auto &[key, value] : json.items())
        if (key != "layers" && key != "wires" && key != "blocks")
            kept[key] = value;
    graph.setUnknownJson(asKept(kept));
    return graph;
}

}  // namespace trainyard
