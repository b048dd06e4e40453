#include "ui/canvas/layer_placement.h"

#include <algorithm>
#include <cmath>

namespace trainyard::ui {

namespace {

constexpr double kBelowReach = 64;  // how far under a card a drop still links to it
constexpr double kGap = 16;         // between an inserted card and its neighbours, at least
constexpr double kAlignReach = 40;  // cards that nearly stand in one column are put in it

const QPointF kHalfCard(kLayerCardSize.width() / 2, kLayerCardSize.height() / 2);

QPointF positionOf(const Graph &graph, LayerId id)
{
    const Layer *layer = graph.find(id);
    return layer ? QPointF(layer->x, layer->y) : QPointF();
}

// Where on the wire the card stands best: in the column of both ends, and between them where there is room.
QPointF positionOnWire(const Graph &graph, const Wire &wire, QPointF wanted)
{
    const QPointF from = positionOf(graph, wire.from), to = positionOf(graph, wire.to);
    QPointF position = wanted;
    if (std::abs(from.x() - to.x()) < 1 && std::abs(from.x() - wanted.x()) < kLayerColumnPitch / 2)
        position.setX(from.x());
    const double height = kLayerCardSize.height(), highest = from.y() + height + kGap, lowest = to.y() - height - kGap;
    if (highest <= lowest)
        position.setY(std::clamp(position.y(), highest, lowest));
    else if (to.y() > from.y())
        position.setY(from.y() + kLayerRowPitch);
    return snappedToGrid(position);
}

// Moves what is fed through the wire down where the inserted card would lie on its target.
std::map<LayerId, QPointF> roomBelow(const Graph &graph, const Wire &wire, QPointF inserted)
{
    const QPointF from = positionOf(graph, wire.from), to = positionOf(graph, wire.to);
    const double missing = inserted.y() + kLayerCardSize.height() + kGap - to.y();
    if (missing <= 0 || to.y() <= from.y())
        return {};
    const double shift = inserted.y() + kLayerRowPitch - to.y();
    std::map<LayerId, QPointF> moved;
    std::vector<LayerId> pending{wire.to};
    while (!pending.empty()) {
        const LayerId id = pending.back();
        pending.pop_back();
        if (!moved.emplace(id, positionOf(graph, id) + QPointF(0, shift)).second)
            continue;
        for (const Wire &next : graph.wiresOutOf(id))
            pending.push_back(next.to);
    }
    return moved;
}

QString nameOf(const Graph &graph, LayerId id)
{
    const Layer *layer = graph.find(id);
    return QString::fromStdString(layer ? layer->name : std::string());
}

}  // namespace

bool takesInput(const LayerSpec &spec)
{
    return spec.maxInputs > 0;
}

bool standsBetween(const LayerSpec &spec)
{
    return spec.maxInputs > 0 && spec.hasOutput;
}

std::optional<Wire> wireForInsert(const CanvasScene &scene, QPointF middle, LayerId except)
{
    const auto wire = scene.wireAt(middle, kInsertReach);
    return wire && wire->from != except && wire->to != except ? wire : std::nullopt;
}

Placement planDrop(const CanvasScene &scene, const LayerSpec &spec, QPointF middle)
{
    const Graph &graph = scene.document().shown();
    const QPointF free = snappedToGrid(middle - kHalfCard);
    if (standsBetween(spec))
        if (const auto wire = wireForInsert(scene, middle))
            return {Placement::Kind::OnWire, positionOnWire(graph, *wire, free), *wire};
    if (!takesInput(spec))
        return {Placement::Kind::Free, free, {}};

    Placement placement{Placement::Kind::Free, free, {}};
    double best = kBelowReach;
    for (const auto &[id, node] : scene.nodes()) {
        const QRectF card = node->card();
        const double under = free.y() - card.bottom(), aside = std::abs(free.x() - card.left());
        if (!node->look().hasOutput || under < -card.height() / 2 || under > best || aside > card.width() / 2)
            continue;
        best = under;
        const double x = aside < kAlignReach ? card.left() : free.x();
        const double y = aside < kAlignReach || under < kGap ? card.top() + kLayerRowPitch : free.y();
        placement = {Placement::Kind::Below, {x, y}, {id, 0, 0}};
    }
    return placement;
}

QPointF freePlace(const CanvasScene &scene, QPointF wanted)
{
    QPointF place = snappedToGrid(wanted);
    while (!scene.layersIn(cardRect(place).adjusted(-4, -4, 4, 4)).empty())
        place.rx() += kLayerColumnPitch;
    return place;
}

QPointF placeBelow(const CanvasScene &scene, LayerId above)
{
    return freePlace(scene, positionOf(scene.document().shown(), above) + QPointF(0, kLayerRowPitch));
}

Result<LayerId> placeLayer(ProjectDocument &document, const LayerChoice &choice, const Placement &placement)
{
    TRAINYARD_CHECK(document.canAdd(choice));
    QUndoStack &undo = *document.undoStack();
    const LayerSpec &spec = choice.spec();
    LayerId added = 0;
    switch (placement.kind) {
    case Placement::Kind::Free:
        return document.addLayer(choice, placement.position);
    case Placement::Kind::Below:
        return takesInput(spec) ? document.addLayerBelow(choice, placement.wire.from, placement.position)
                                : document.addLayer(choice, placement.position);
    case Placement::Kind::OnWire: {
        const auto moved = standsBetween(spec) ? roomBelow(document.shown(), placement.wire, placement.position)
                                                        : std::map<LayerId, QPointF>();
        undo.beginMacro(ProjectDocument::tr("Insert %1").arg(choice.title()));
        added = document.addLayerOnWire(choice, placement.wire, placement.position);
        document.moveLayers(moved);
        undo.endMacro();
        return added;
    }
    case Placement::Kind::Above:
        undo.beginMacro(ProjectDocument::tr("Add %1 above %2").arg(choice.title(), nameOf(document.shown(), placement.wire.to)));
        added = document.addLayer(choice, placement.position);
        (void)document.connectWire({added, placement.wire.to, placement.wire.port});  // one that cannot be linked stays free
        undo.endMacro();
        return added;
    }
    return added;
}

void placeOnWire(ProjectDocument &document, LayerId layer, const Wire &wire, QPointF position)
{
    const QPointF place = positionOnWire(document.shown(), wire, position);
    const auto moved = roomBelow(document.shown(), wire, place);
    document.undoStack()->beginMacro(ProjectDocument::tr("Insert %1").arg(nameOf(document.shown(), layer)));
    document.insertOnWire(layer, wire, place);
    document.moveLayers(moved);
    document.undoStack()->endMacro();
}

}  // namespace trainyard::ui
