#include "engine/graph/graph.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <tuple>

namespace trainyard {

namespace {

bool layerBefore(const Layer &layer, LayerId id)
{
    return layer.id < id;
}

bool wireBefore(const Wire &a, const Wire &b)
{
    return std::tie(a.to, a.port, a.from) < std::tie(b.to, b.port, b.from);
}

// Any number of inputs up to a maximum, in ports 0..n-1 without gaps.
bool isVariadic(const LayerSpec *spec)
{
    return spec && spec->maxInputs > spec->minInputs;
}

// A placeholder has the ports its file says; this many are believed.
constexpr int kMaxPlaceholderPorts = 64;

int inputLimit(const LayerSpec *spec)
{
    return spec ? spec->maxInputs : kMaxPlaceholderPorts;
}

}  // namespace

const Layer *Graph::find(LayerId id) const
{
    const auto at = std::lower_bound(m_layers.begin(), m_layers.end(), id, layerBefore);
    return at != m_layers.end() && at->id == id ? &*at : nullptr;
}

Layer *Graph::edit(LayerId id)
{
    const auto at = std::lower_bound(m_layers.begin(), m_layers.end(), id, layerBefore);
    return at != m_layers.end() && at->id == id ? &*at : nullptr;
}

const Layer *Graph::findByName(std::string_view name) const
{
    const auto at = std::find_if(m_layers.begin(), m_layers.end(), [&](const Layer &layer) { return layer.name == name; });
    return at != m_layers.end() ? &*at : nullptr;
}

LayerId Graph::add(const std::string &type, double x, double y)
{
    Layer layer;
    layer.id = m_nextId;
    layer.type = type;
    layer.name = freshName(type);
    layer.x = x;
    layer.y = y;
    const LayerId id = layer.id;
    insert(std::move(layer));
    return id;
}

void Graph::insert(Layer layer)
{
    if (layer.id >= m_nextId)
        m_nextId = layer.id + (layer.id < std::numeric_limits<LayerId>::max() ? 1 : 0);
    const auto at = std::lower_bound(m_layers.begin(), m_layers.end(), layer.id, layerBefore);
    if (at != m_layers.end() && at->id == layer.id)
        *at = std::move(layer);
    else
        m_layers.insert(at, std::move(layer));
}

void Graph::remove(LayerId id)
{
    // Through disconnect(), last first, so that the ports of variadic layers close up.
    const std::vector<Wire> wires = m_wires;
    for (auto wire = wires.rbegin(); wire != wires.rend(); ++wire)
        if (wire->from == id || wire->to == id)
            disconnect(*wire);
    std::erase_if(m_layers, [&](const Layer &layer) { return layer.id == id; });
}

std::string Graph::freshName(const std::string &stem) const
{
    if (!findByName(stem))
        return stem;
    for (int number = 2;; ++number) {
        std::string name = fmt::format("{}_{}", stem, number);
        if (!findByName(name))
            return name;
    }
}

std::vector<Wire> Graph::wiresInto(LayerId id) const
{
    std::vector<Wire> wires;
    std::copy_if(m_wires.begin(), m_wires.end(), std::back_inserter(wires), [&](const Wire &wire) { return wire.to == id; });
    return wires;
}

std::vector<Wire> Graph::wiresOutOf(LayerId id) const
{
    std::vector<Wire> wires;
    std::copy_if(m_wires.begin(), m_wires.end(), std::back_inserter(wires), [&](const Wire &wire) { return wire.from == id; });
    return wires;
}

int Graph::freePort(LayerId id) const
{
    const Layer *layer = find(id);
    if (!layer)
        return -1;
    const int limit = inputLimit(findLayer(layer->type));
    int port = 0;
    for (const Wire &wire : wiresInto(id))
        if (wire.port == port)
            ++port;
    return port < limit ? port : -1;
}

Status Graph::canConnect(const Wire &wire) const
{
    const Layer *from = find(wire.from), *to = find(wire.to);
    if (!from || !to)
        return fail(ErrorCode::InvalidGraph, "There is no layer with the id {}.", from ? wire.to : wire.from);
    const LayerSpec *source = findLayer(from->type), *target = findLayer(to->type);
    if (source && !source->hasOutput)
        return fail(ErrorCode::InvalidGraph, "{} is a loss and has no output to connect.", from->name);
    const int limit = inputLimit(target);
    if (limit == 0)
        return fail(ErrorCode::InvalidGraph, "{} takes no input: the data set feeds it.", to->name);
    if (wire.port < 0 || wire.port >= limit)
        return fail(ErrorCode::InvalidGraph, "{} has no input {}: it takes at most {}.", to->name, wire.port + std::int64_t{1}, limit);
    const std::vector<Wire> present = wiresInto(wire.to);
    if (isVariadic(target)) {
        const int count = static_cast<int>(present.size());
        if (count >= limit)
            return fail(ErrorCode::InvalidGraph, "{} has all its {} inputs connected. Remove a wire first.", to->name, limit);
        if (wire.port > count)
            return fail(ErrorCode::InvalidGraph, "Input {} of {} would leave a gap: connect input {} next.", wire.port + 1,
                        to->name, count + 1);
    } else {
        for (const Wire &other : present)
            if (other.port == wire.port)
                return fail(ErrorCode::InvalidGraph, "{} is already fed by {}. Remove that wire first, or join the two with add or concat.",
                            to->name, find(other.from)->name);
    }
    // A cycle: from can be reached from to.
    std::vector<LayerId> trail{wire.to};
    std::vector<std::pair<LayerId, LayerId>> cameFrom{{wire.to, 0}};
    for (std::size_t i = 0; i < trail.size(); ++i) {
        if (trail[i] == wire.from) {
            std::string names;
            for (LayerId at = wire.from; at != 0;) {
                names = find(at)->name + (names.empty() ? "" : " -> " + names);
                at = std::find_if(cameFrom.begin(), cameFrom.end(), [&](const auto &step) { return step.first == at; })->second;
            }
            return fail(ErrorCode::InvalidGraph, "A wire from {} to {} would close a cycle: {} -> {}. Layers can only feed later ones.",
                        from->name, to->name, names, to->name);
        }
        for (const Wire &next : m_wires) {
            if (next.from != trail[i] || std::find(trail.begin(), trail.end(), next.to) != trail.end())
                continue;
            trail.push_back(next.to);
            cameFrom.emplace_back(next.to, trail[i]);
        }
    }
    return {};
}

Status Graph::connect(Wire wire)
{
    TRAINYARD_CHECK(canConnect(wire));
    // At a taken port of a variadic layer the later inputs move up: so undoing a disconnect restores the order.
    if (isVariadic(findLayer(find(wire.to)->type)))
        for (Wire &other : m_wires)
            if (other.to == wire.to && other.port >= wire.port)
                ++other.port;
    insertWire(wire);
    return {};
}

void Graph::disconnect(const Wire &wire)
{
    const auto at = std::find(m_wires.begin(), m_wires.end(), wire);
    if (at == m_wires.end())
        return;
    m_wires.erase(at);
    const Layer *to = find(wire.to);
    if (to && isVariadic(findLayer(to->type)))
        for (Wire &other : m_wires)
            if (other.to == wire.to && other.port > wire.port)
                --other.port;
}

const Graph *Graph::findBlock(std::string_view name) const
{
    const auto at = std::find_if(m_blocks.begin(), m_blocks.end(), [&](const BlockDefinition &block) { return block.name == name; });
    return at != m_blocks.end() ? &at->body : nullptr;
}

void Graph::setBlock(std::string name, Graph body)
{
    const auto at = std::find_if(m_blocks.begin(), m_blocks.end(), [&](const BlockDefinition &block) { return block.name == name; });
    if (at != m_blocks.end())
        at->body = std::move(body);
    else
        m_blocks.push_back({std::move(name), std::move(body)});
}

void Graph::removeBlock(std::string_view name)
{
    std::erase_if(m_blocks, [&](const BlockDefinition &block) { return block.name == name; });
}

bool Graph::operator==(const Graph &other) const
{
    return m_layers == other.m_layers && m_wires == other.m_wires && m_blocks == other.m_blocks && m_nextId == other.m_nextId
           && m_unknownJson == other.m_unknownJson;
}

void Graph::insertWire(const Wire &wire)
{
    m_wires.insert(std::lower_bound(m_wires.begin(), m_wires.end(), wire, wireBefore), wire);
}

Result<std::vector<LayerId>> Graph::topologicalOrder() const
{
    const auto indexOf = [&](LayerId id) {
        return static_cast<std::size_t>(std::lower_bound(m_layers.begin(), m_layers.end(), id, layerBefore) - m_layers.begin());
    };
    std::vector<std::vector<std::size_t>> successors(m_layers.size());
    std::vector<int> waiting(m_layers.size(), 0);
    for (const Wire &wire : m_wires) {
        successors[indexOf(wire.from)].push_back(indexOf(wire.to));
        ++waiting[indexOf(wire.to)];
    }
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t i = 0; i < m_layers.size(); ++i)
        if (waiting[i] == 0)
            ready.push(i);
    std::vector<LayerId> order;
    order.reserve(m_layers.size());
    while (!ready.empty()) {
        const std::size_t next = ready.top();
        ready.pop();
        order.push_back(m_layers[next].id);
        for (const std::size_t successor : successors[next])
            if (--waiting[successor] == 0)
                ready.push(successor);
    }
    for (std::size_t i = 0; i < m_layers.size() && order.size() < m_layers.size(); ++i)
        if (waiting[i] > 0)
            return fail(Error{ErrorCode::InvalidGraph,
                              fmt::format("{} lies on or behind a cycle of wires. Remove one of its wires.", m_layers[i].name),
                              m_layers[i].name, {}});
    return order;
}

void inheritFromBlock(Layer &layer, const Layer &block)
{
    if (layer.device.empty())
        layer.device = block.device;
    if (layer.precision.empty())
        layer.precision = block.precision;
    layer.recompute = layer.recompute || block.recompute;
    layer.frozen = layer.frozen || block.frozen;
    layer.learningRateFactor *= block.learningRateFactor;
}

bool isDeviceName(std::string_view text)
{
    constexpr std::string_view kGpu = "cuda:";
    constexpr std::size_t kMostDigits = 3;
    if (text == "cpu")
        return true;
    if (!text.starts_with(kGpu))
        return false;
    text.remove_prefix(kGpu.size());
    const bool digits = !text.empty() && text.size() <= kMostDigits
                        && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits && (text.size() == 1 || text.front() != '0');  // one name for one device
}

Result<std::string> weightsOwner(const Graph &graph, const Layer &layer)
{
    const Layer *owner = &layer;
    for (std::size_t steps = 0; !owner->weightsOf.empty(); ++steps) {
        const Layer *next = graph.findByName(owner->weightsOf);
        if (!next || next->type != layer.type || next->block != layer.block)
            return fail(ErrorCode::InvalidGraph, "{} uses the weights of {}, {}. Choose another layer of its type, or let it have its own.", layer.name,
                        owner->weightsOf, next ? "which is a layer of another type" : "which is not in the network");
        if (steps > graph.layers().size())
            return fail(ErrorCode::InvalidGraph, "{} uses the weights of {}, which uses those of {} in turn. Let one of them have its own.", layer.name,
                        layer.weightsOf, layer.name);
        owner = next;
    }
    return owner->name;
}

LayerSettings settingsOf(const LayerSpec &spec, const Layer &layer)
{
    return LayerSettings(spec.parameters, layer.parameters);
}

}  // namespace trainyard
