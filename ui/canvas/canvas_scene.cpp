#include "ui/canvas/canvas_scene.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace trainyard::ui {

namespace {

constexpr double kFarthest = 1e6;  // a file may place a layer anywhere

QPointF shownPosition(const Layer &layer)
{
    return {std::clamp(layer.x, -kFarthest, kFarthest), std::clamp(layer.y, -kFarthest, kFarthest)};
}

template <typename Map, typename Key>
auto valueOr(const Map &map, const Key &key, typename Map::mapped_type otherwise)
{
    const auto found = map.find(key);
    return found != map.end() ? found->second : otherwise;
}

}  // namespace

CanvasScene::CanvasScene(ProjectDocument &document, QObject *parent) : QGraphicsScene(parent), m_document(document)
{
    setItemIndexMethod(NoIndex);  // cards move all the time, and a few hundred are quickly looked through
    connect(&document, &ProjectDocument::graphChanged, this, [this] {
        sync();
        m_analysisShown = true;
    });
    connect(&document, &ProjectDocument::placeChanged, this, &CanvasScene::showOther);
    connect(&document, &ProjectDocument::analysisChanged, this, [this] {
        if (!std::exchange(m_analysisShown, false))  // it also follows every graphChanged()
            sync();
    });
    sync();
}

NodeItem *CanvasScene::node(LayerId layer) const
{
    return valueOr(m_nodes, layer, nullptr);
}

WireItem *CanvasScene::wire(const Wire &wire) const
{
    return valueOr(m_wires, wire, nullptr);
}

QRectF CanvasScene::contentRect() const
{
    QRectF rect;
    for (const auto &[id, node] : m_nodes)
        rect |= node->card();
    return rect;
}

// Ids of one graph mean other layers in another.
void CanvasScene::showOther()
{
    select({});
    m_hovered = m_offeredAbove = 0;
    m_hoveredPort.reset();
    m_hoveredWire = m_offeredWire = m_lifted = std::nullopt;
    m_marked.clear();
    m_nodes.clear();
    m_wires.clear();
    clear();
    sync();
}

void CanvasScene::sync()
{
    const Graph &graph = m_document.shown();
    const std::map<LayerId, NodeLook> looks = describeGraph(graph, m_document.shownAnalysis(), m_document.graph());
    std::erase_if(m_nodes, [&](const auto &entry) {
        if (graph.find(entry.first))
            return false;
        delete entry.second;
        return true;
    });
    for (const Layer &layer : graph.layers()) {
        NodeItem *&node = m_nodes[layer.id];
        if (!node)
            addItem(node = new NodeItem(layer.id));
        node->setLook(looks.at(layer.id));
        node->setPos(shownPosition(layer));
    }
    syncWires();

    CanvasSelection kept = m_selection;
    std::erase_if(kept.layers, [&](LayerId id) { return !m_nodes.contains(id); });
    std::erase_if(kept.wires, [&](const Wire &wire) { return !m_wires.contains(wire); });
    select(std::move(kept));
    emit contentChanged();
}

void CanvasScene::syncWires()
{
    const WireSet present(m_document.shown().wires().begin(), m_document.shown().wires().end());
    std::erase_if(m_wires, [&](const auto &entry) {
        if (present.contains(entry.first))
            return false;
        delete entry.second;
        return true;
    });
    const std::vector<QRectF> obstacles = cards();
    for (const Wire &wire : present) {
        WireItem *&item = m_wires[wire];
        if (!item)
            addItem(item = new WireItem(wire));
        WireState state = item->state();
        state.wrong = node(wire.to)->look().wrongInputs;
        state.selected = m_selection.wires.contains(wire);
        item->setState(state);
        placeWire(*item, obstacles);
    }
}

std::vector<QRectF> CanvasScene::cards(const std::map<LayerId, QPointF> &moved) const
{
    std::vector<QRectF> cards;
    cards.reserve(m_nodes.size());
    for (const auto &[id, node] : m_nodes)
        if (!moved.contains(id))
            cards.push_back(node->card());
    return cards;
}

void CanvasScene::placeWire(WireItem &item, std::span<const QRectF> cards) const
{
    const NodeItem *from = node(item.wire().from), *to = node(item.wire().to);
    if (from && to)
        item.setRoute(wireRoute(from->output(), to->input(item.wire().port), cards));
}

LayerId CanvasScene::layerAt(QPointF point) const
{
    LayerId found = 0;
    double top = -1;
    for (const auto &[id, node] : m_nodes)
        if (node->zValue() >= top && node->card().contains(point)) {
            found = id;
            top = node->zValue();
        }
    return found;
}

std::optional<PortRef> CanvasScene::portAt(QPointF point, double reach, Ends ends) const
{
    std::optional<PortRef> found;
    double best = reach;
    const auto consider = [&](const NodeItem &node, const PortRef &ref) {
        const QPointF away = node.port(ref) - point;
        const double distance = std::hypot(away.x(), away.y());
        if (distance <= best) {
            best = distance;
            found = ref;
        }
    };
    for (const auto &[id, node] : m_nodes) {
        if (!node->card().adjusted(-reach, -reach, reach, reach).contains(point))
            continue;
        for (int port = 0; port < node->look().inputs && ends != Ends::Outputs; ++port)
            consider(*node, {id, false, port});
        if (node->look().hasOutput && ends != Ends::Inputs)
            consider(*node, {id, true, 0});
    }
    return found;
}

std::optional<Wire> CanvasScene::wireAt(QPointF point, double reach) const
{
    std::optional<Wire> found;
    double best = reach;
    for (const auto &[wire, item] : m_wires) {
        if (!item->boundingRect().adjusted(-reach, -reach, reach, reach).contains(point))
            continue;
        if (const double distance = item->nearest(point).distance; distance <= best) {
            best = distance;
            found = wire;
        }
    }
    return found;
}

std::vector<LayerId> CanvasScene::layersIn(const QRectF &rect) const
{
    std::vector<LayerId> found;
    for (const auto &[id, node] : m_nodes)
        if (node->card().intersects(rect))
            found.push_back(id);
    return found;
}

template <typename Change>
void CanvasScene::change(LayerId layer, Change &&apply)
{
    if (NodeItem *item = node(layer)) {
        NodeState state = item->state();
        apply(state);
        item->setState(state);
    }
}

template <typename Change>
void CanvasScene::changeWire(const std::optional<Wire> &wire, Change &&apply)
{
    if (WireItem *item = wire ? this->wire(*wire) : nullptr) {
        WireState state = item->state();
        apply(state);
        item->setState(state);
    }
}

void CanvasScene::select(CanvasSelection selection)
{
    if (selection == m_selection)
        return;
    m_selection = std::move(selection);
    for (const auto &[id, node] : m_nodes)
        change(id, [&, id = id](NodeState &state) { state.selected = m_selection.layers.contains(id); });
    for (const auto &[wire, item] : m_wires)
        changeWire(wire, [&, &wire = wire](WireState &state) { state.selected = m_selection.wires.contains(wire); });
    emit selectionEdited();
}

void CanvasScene::previewPositions(const std::map<LayerId, QPointF> &positions)
{
    for (const auto &[id, position] : positions)
        if (NodeItem *item = node(id))
            item->setPos(position);
    const std::vector<QRectF> obstacles = cards(positions);
    for (const auto &[wire, item] : m_wires)
        if (positions.contains(wire.from) || positions.contains(wire.to))
            placeWire(*item, obstacles);
    emit contentChanged();
}

void CanvasScene::setHover(LayerId layer, const std::optional<PortRef> &port, const std::optional<Wire> &wire)
{
    if (layer == m_hovered && port == m_hoveredPort && wire == m_hoveredWire)
        return;
    const auto set = [this](LayerId hovered, const std::optional<PortRef> &hot, bool on) {
        change(hovered, [on](NodeState &state) { state.hovered = on; });
        if (hot)
            change(hot->layer, [&](NodeState &state) {
                state.hotInput = on && !hot->output ? hot->port : -1;
                state.hotOutput = on && hot->output;
            });
    };
    set(m_hovered, m_hoveredPort, false);
    changeWire(m_hoveredWire, [](WireState &state) { state.hovered = false; });
    m_hovered = layer;
    m_hoveredPort = port;
    m_hoveredWire = wire;
    set(m_hovered, m_hoveredPort, true);
    changeWire(m_hoveredWire, [](WireState &state) { state.hovered = true; });
}

void CanvasScene::offer(const std::optional<Wire> &wire, LayerId above)
{
    changeWire(m_offeredWire, [](WireState &state) { state.offered = false; });
    change(m_offeredAbove, [](NodeState &state) { state.offered = false; });
    m_offeredWire = wire;
    m_offeredAbove = above;
    changeWire(m_offeredWire, [](WireState &state) { state.offered = true; });
    change(m_offeredAbove, [](NodeState &state) { state.offered = true; });
}

void CanvasScene::markTarget(LayerId layer, bool legal, const PortRef &port)
{
    m_marked.insert(layer);
    change(layer, [&](NodeState &state) {
        state.faded = !legal;
        state.hotInput = legal && !port.output ? port.port : -1;
        state.hotOutput = legal && port.output;
    });
}

void CanvasScene::clearMarks()
{
    for (const LayerId layer : m_marked)
        change(layer, [](NodeState &state) {
            state.faded = false;
            state.hotInput = -1;
            state.hotOutput = false;
        });
    m_marked.clear();
}

void CanvasScene::setLifted(const std::optional<Wire> &wire)
{
    changeWire(m_lifted, [](WireState &state) { state.lifted = false; });
    m_lifted = wire;
    changeWire(m_lifted, [](WireState &state) { state.lifted = true; });
}

}  // namespace trainyard::ui
