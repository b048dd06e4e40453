// The keyboard on the canvas: adding a layer by typing, walking along the wires, nudging; and where a layer that is
// added without dragging goes.
#include <algorithm>
#include <cmath>
#include <limits>

#include <QKeyEvent>

#include "ui/canvas/canvas_view.h"
#include "ui/canvas/gesture.h"
#include "ui/canvas/quick_add.h"

namespace trainyard::ui {

namespace {

constexpr double kNudge = kCanvasGrid, kLongNudge = 4 * kCanvasGrid;
const QPointF kHalfCard(kLayerCardSize.width() / 2, kLayerCardSize.height() / 2);

QPointF directionOf(int key)
{
    switch (key) {
    case Qt::Key_Left: return {-1, 0};
    case Qt::Key_Right: return {1, 0};
    case Qt::Key_Up: return {0, -1};
    case Qt::Key_Down: return {0, 1};
    default: return {};
    }
}

// A letter or digit without Ctrl, Alt or Meta: the beginning of a layer's name.
bool beginsName(const QKeyEvent &event)
{
    return !(event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) && event.text().size() == 1 &&
           event.text().front().isLetterOrNumber();
}

}  // namespace

bool CanvasView::event(QEvent *event)
{
    // What one types here is the canvas's, before any shortcut of one letter; Tab adds, Shift+Tab leaves.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->modifiers() == Qt::NoModifier && (beginsName(*key) || key->key() == Qt::Key_Space)) {
            event->accept();
            return true;
        }
    }
    if (event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_Tab && key->modifiers() == Qt::NoModifier) {
            startQuickAdd();
            return true;
        }
    }
    return QGraphicsView::event(event);
}

void CanvasView::keyPressEvent(QKeyEvent *event)
{
    const QPointF direction = directionOf(event->key());
    event->accept();
    if (event->key() == Qt::Key_Escape) {
        if (m_gesture)
            return cancelGesture();
        if (!m_scene->selection().empty())
            return m_scene->select({});
        if (!m_document.place().empty())
            return m_document.leaveBlock();
    } else if (event->key() == Qt::Key_Backspace && m_scene->selection().empty() && !m_document.place().empty()) {
        return m_document.leaveBlock();
    } else if (event->key() == Qt::Key_Space) {
        if (!event->isAutoRepeat()) {
            m_spaceHeld = true;
            updateCursor();
        }
        return;
    } else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        if (const auto layers = selectedLayers(); layers.size() == 1)
            return activate(layers.front());
    } else if (!direction.isNull() && event->modifiers() & Qt::ControlModifier) {
        return walk(event->key());
    } else if (!direction.isNull()) {
        const double step = event->modifiers() & Qt::ShiftModifier ? kLongNudge : kNudge;
        if (!m_scene->selection().layers.empty())
            return nudge(direction * step);
        return scrollBy((direction * 40).toPoint());
    } else if (beginsName(*event)) {
        return startQuickAdd(event->text());
    }
    event->ignore();  // the window may know it
}

void CanvasView::keyReleaseEvent(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Space || event->isAutoRepeat())
        return QGraphicsView::keyReleaseEvent(event);
    m_spaceHeld = false;
    updateCursor();
}

void CanvasView::focusOutEvent(QFocusEvent *event)
{
    QGraphicsView::focusOutEvent(event);
    m_spaceHeld = false;
    updateCursor();
}

void CanvasView::nudge(QPointF by)
{
    if (m_gesture)
        return;
    std::map<LayerId, QPointF> moved;
    for (const LayerId layer : m_scene->selection().layers)
        moved[layer] = m_scene->node(layer)->pos() + by;
    m_document.moveLayers(moved, true);
    m_nudgeTime.start();
    reveal(selectedLayers());
}

// Up and down follow the wires to the nearest layer, sideways goes to the nearest card of about the same height. With
// nothing selected it begins at the top.
void CanvasView::walk(int key)
{
    const auto selected = selectedLayers();
    const NodeItem *here = selected.empty() ? nullptr : m_scene->node(selected.front());
    const QPointF direction = directionOf(key);
    LayerId next = 0;
    double best = std::numeric_limits<double>::infinity();
    const auto consider = [&](LayerId layer, double distance) {
        if (distance < best) {
            best = distance;
            next = layer;
        }
    };
    if (!here) {
        for (const auto &[id, node] : m_scene->nodes())
            consider(id, node->pos().y());
    } else if (direction.x() == 0) {
        const Graph &graph = m_document.shown();
        for (const Wire &wire : direction.y() > 0 ? graph.wiresOutOf(here->layer()) : graph.wiresInto(here->layer())) {
            const LayerId other = direction.y() > 0 ? wire.to : wire.from;
            consider(other, std::abs(m_scene->node(other)->pos().x() - here->pos().x()));
        }
    } else {
        for (const auto &[id, node] : m_scene->nodes()) {
            const QPointF away = node->pos() - here->pos();
            const double ahead = away.x() * direction.x();
            if (ahead > 0)
                consider(id, ahead + 3 * std::abs(away.y()));
        }
    }
    if (!next)
        return;
    m_scene->selectLayers({next});
    reveal({next});
}

void CanvasView::startQuickAdd()
{
    startQuickAdd(QString());
}

void CanvasView::startQuickAdd(const QString &text)
{
    const auto selected = selectedLayers();
    const NodeItem *above = selected.size() == 1 ? m_scene->node(selected.front()) : nullptr;
    if (above)
        reveal({above->layer()});
    const QPointF corner = above ? placeBelow(*m_scene, above->layer()) : visibleScene().center() - kHalfCard;
    openQuickAdd(
        mapFromScene(corner), [this](const LayerSpec &spec) { return placeForNew(spec, std::nullopt); }, {}, text);
}

void CanvasView::openQuickAddAt(QPoint cursor)
{
    const QPointF point = mapToScene(cursor);
    if (m_scene->wireAt(point, reach(kWireReach)))
        return openQuickAdd(
            cursor, [this, point](const LayerSpec &spec) { return planDrop(*m_scene, spec, point); }, standsBetween);
    openQuickAdd(cursor, [this, point](const LayerSpec &spec) { return placeForNew(spec, point); });
}

// point: the middle of the card to be; absent: wherever there is room.
Placement CanvasView::placeForNew(const LayerSpec &spec, std::optional<QPointF> point) const
{
    const auto selected = selectedLayers();
    const NodeItem *above = selected.size() == 1 ? m_scene->node(selected.front()) : nullptr;
    const bool links = above && above->look().hasOutput && takesInput(spec);
    Placement placement{links ? Placement::Kind::Below : Placement::Kind::Free, {}, {}};
    if (links)
        placement.wire.from = above->layer();
    placement.position = point   ? snappedToGrid(*point - kHalfCard)
                         : above ? placeBelow(*m_scene, above->layer())
                                 : freePlace(*m_scene, visibleScene().center() - kHalfCard);
    return placement;
}

void CanvasView::openQuickAdd(QPoint at, Place place, std::function<bool(const LayerSpec &)> accepts, const QString &text)
{
    cancelGesture();
    m_place = std::move(place);
    std::vector<LayerChoice> choices;
    const auto offer = [&](const LayerChoice &choice) {
        // A block that cannot stand here says why when it is chosen; what never can inside a block is not offered there.
        if ((!choice.block.empty() || m_document.canAdd(choice)) && (!accepts || accepts(choice.spec())))
            choices.push_back(choice);
    };
    for (const LayerSpec &spec : layerCatalog())
        offer(spec.type);
    for (const auto &blocks : {insideChoices(), projectChoices(m_document.graph()), builtInChoices()})
        for (const LayerChoice &choice : blocks)
            offer(choice);
    m_quickAdd->open(at, std::move(choices), text);
}

void CanvasView::addChosen(const QString &text)
{
    const std::optional<LayerChoice> choice = LayerChoice::fromText(text.toStdString());
    if (choice && m_place)
        add(*choice, m_place(choice->spec()), m_quickAdd->pos());
}

void CanvasView::add(const LayerChoice &choice, const Placement &placement, QPoint cursor)
{
    const Result<LayerId> added = placeLayer(m_document, choice, placement);
    if (!added)
        return showNoteBriefly(QString::fromStdString(added.error().message), cursor);
    selectLayers({*added});
    reveal({*added});
}

}  // namespace trainyard::ui
