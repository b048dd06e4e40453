// The mouse on the canvas: which gesture a press begins, hovering, zooming, and layers dragged in from the palette.
#include <algorithm>
#include <cmath>

#include <QContextMenuEvent>
#include <QDragEnterEvent>
#include <QDragLeaveEvent>
#include <QDragMoveEvent>
#include <QDropEvent>
#include <QGestureEvent>
#include <QMimeData>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPinchGesture>
#include <QWheelEvent>

#include "ui/canvas/band_gesture.h"
#include "ui/canvas/canvas_actions.h"
#include "ui/canvas/canvas_view.h"
#include "ui/canvas/move_gesture.h"
#include "ui/canvas/pan_gesture.h"
#include "ui/canvas/wire_gesture.h"
#include "ui/models/layer_mime.h"

namespace trainyard::ui {

namespace {

constexpr int kEdge = 24, kEdgeStep = 12, kEdgeMs = 25;  // scrolling while something is dragged to the edge

std::optional<LayerChoice> draggedLayer(const QMimeData *data)
{
    if (!data || !data->hasFormat(QLatin1String(kLayerMimeType)))
        return std::nullopt;
    return LayerChoice::fromText(data->data(QLatin1String(kLayerMimeType)).toStdString());
}

int edgeStep(int at, int length)
{
    return at < kEdge ? -kEdgeStep : at > length - kEdge ? kEdgeStep : 0;
}

}  // namespace

void CanvasView::startGesture(std::unique_ptr<Gesture> gesture)
{
    cancelGesture();
    m_scene->setHover(0, {}, {});
    m_gesture = std::move(gesture);
    updateCursor();
}

void CanvasView::cancelGesture()
{
    if (const std::unique_ptr<Gesture> gesture = std::move(m_gesture)) {
        m_edgeScroll.stop();
        gesture->cancel();
        updateCursor();
        viewport()->update();
    }
}

void CanvasView::mousePressEvent(QMouseEvent *event)
{
    const QPoint cursor = event->position().toPoint();
    m_cursor = cursor;
    if (event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && m_spaceHeld))
        startGesture(std::make_unique<PanGesture>(*this, cursor));
    else if (event->button() == Qt::LeftButton)
        pressLeft(cursor, event->modifiers());
    event->accept();
}

void CanvasView::pressLeft(QPoint cursor, Qt::KeyboardModifiers modifiers)
{
    const QPointF point = mapToScene(cursor);
    const bool adds = modifiers & (Qt::ControlModifier | Qt::ShiftModifier);
    if (const auto port = zoom() >= kFullDetailZoom ? m_scene->portAt(point, reach(kPortReach)) : std::nullopt)
        return startGesture(WireGesture::fromPort(*this, *port, cursor));
    if (const LayerId layer = m_scene->layerAt(point))
        return pressLayer(layer, cursor, adds);
    if (const auto wire = m_scene->wireAt(point, reach(kWireReach))) {
        if (!adds) {
            m_scene->select({{}, {*wire}});
            return startGesture(WireGesture::fromWire(*this, *wire, cursor));
        }
        CanvasSelection selection = m_scene->selection();
        if (selection.wires.erase(*wire) == 0)
            selection.wires.insert(*wire);
        return m_scene->select(std::move(selection));
    }
    m_beforeClick = m_scene->selection();
    startGesture(std::make_unique<BandGesture>(*this, cursor, adds));
}

void CanvasView::pressLayer(LayerId layer, QPoint cursor, bool toggles)
{
    CanvasSelection selection = m_scene->selection();
    if (toggles) {
        if (selection.layers.erase(layer) == 0)
            selection.layers.insert(layer);
        return m_scene->select(std::move(selection));
    }
    if (!selection.layers.contains(layer))
        m_scene->selectLayers({layer});
    startGesture(std::make_unique<MoveGesture>(*this, layer, cursor));
}

void CanvasView::mouseMoveEvent(QMouseEvent *event)
{
    m_cursor = event->position().toPoint();
    if (!m_gesture)
        return hoverAt(m_cursor);
    m_gesture->move(m_cursor);
    if (m_gesture->scrollsAtEdges() && !m_edgeScroll.isActive())
        m_edgeScroll.start(kEdgeMs, this);
    viewport()->update();
}

void CanvasView::timerEvent(QTimerEvent *event)
{
    if (event->timerId() != m_edgeScroll.timerId())
        return QGraphicsView::timerEvent(event);
    const QPoint step(edgeStep(m_cursor.x(), viewport()->width()), edgeStep(m_cursor.y(), viewport()->height()));
    if (!m_gesture || step.isNull())
        return m_edgeScroll.stop();
    scrollBy(step);
    m_gesture->move(m_cursor);
    viewport()->update();
}

void CanvasView::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() == Qt::RightButton || !m_gesture)
        return;
    m_edgeScroll.stop();
    // The edit it ends with must not cancel it.
    const std::unique_ptr<Gesture> gesture = std::move(m_gesture);
    m_cursor = event->position().toPoint();
    gesture->finish(m_cursor);
    viewport()->update();
    hoverAt(m_cursor);
    updateCursor();
}

void CanvasView::hoverAt(QPoint cursor)
{
    const QPointF point = mapToScene(cursor);
    const auto port = zoom() >= kFullDetailZoom ? m_scene->portAt(point, reach(kPortReach)) : std::nullopt;
    const LayerId layer = port ? port->layer : m_scene->layerAt(point);
    m_scene->setHover(layer, port, layer ? std::nullopt : m_scene->wireAt(point, reach(kWireReach)));
    viewport()->setCursor(m_spaceHeld ? Qt::OpenHandCursor : port ? Qt::CrossCursor : Qt::ArrowCursor);
}

void CanvasView::updateCursor()
{
    const bool pans = m_gesture && dynamic_cast<PanGesture *>(m_gesture.get());
    viewport()->setCursor(pans ? Qt::ClosedHandCursor : m_spaceHeld ? Qt::OpenHandCursor : Qt::ArrowCursor);
}

void CanvasView::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const QPoint cursor = event->position().toPoint();
    if (const LayerId layer = m_scene->layerAt(mapToScene(cursor))) {
        activate(layer);
        return;
    }
    if (m_scene->selection().empty())
        selectLayers({m_beforeClick.layers.begin(), m_beforeClick.layers.end()});
    openQuickAddAt(cursor);
}

// A block opens; of another layer one wants to see the settings.
void CanvasView::activate(LayerId layer)
{
    if (const NodeItem *node = m_scene->node(layer); node && node->look().block)
        m_document.openBlock(layer);
    else
        emit layerActivated(layer);
}

void CanvasView::contextMenuEvent(QContextMenuEvent *event)
{
    cancelGesture();
    QPoint cursor = event->pos();
    const auto &selection = m_scene->selection();
    if (event->reason() == QContextMenuEvent::Keyboard) {
        const NodeItem *node = selection.layers.empty() ? nullptr : m_scene->node(*selection.layers.begin());
        cursor = node ? mapFromScene(node->card().center()) : viewport()->rect().center();
    } else if (const LayerId layer = m_scene->layerAt(mapToScene(cursor))) {
        if (!selection.layers.contains(layer))
            m_scene->selectLayers({layer});
    } else if (const auto wire = m_scene->wireAt(mapToScene(cursor), reach(kWireReach))) {
        if (!selection.wires.contains(*wire))
            m_scene->select({{}, {*wire}});
    } else {
        m_scene->select({});
    }
    m_actions->popup(viewport()->mapToGlobal(cursor), cursor);
}

// Ctrl zooms around the cursor, the wheel alone scrolls, with Shift sideways.
void CanvasView::wheelEvent(QWheelEvent *event)
{
    event->accept();
    if (event->modifiers() & Qt::ControlModifier) {
        const double notches = event->angleDelta().y() / 120.0;
        return setZoom(zoom() * std::pow(1.2, notches), event->position().toPoint());
    }
    QPoint pixels = event->pixelDelta().isNull() ? event->angleDelta() / 2 : event->pixelDelta();
    if (event->modifiers() & Qt::ShiftModifier)
        pixels = {pixels.y(), pixels.x()};
    scrollBy(-pixels);
}

bool CanvasView::viewportEvent(QEvent *event)
{
    if (event->type() == QEvent::Leave)
        m_scene->setHover(0, {}, {});
    if (event->type() == QEvent::NativeGesture) {
        const auto *gesture = static_cast<QNativeGestureEvent *>(event);
        if (gesture->gestureType() == Qt::ZoomNativeGesture) {
            setZoom(zoom() * (1 + gesture->value()), gesture->position().toPoint());
            return true;
        }
    }
    if (event->type() == QEvent::Gesture) {
        const auto *pinch = static_cast<QPinchGesture *>(static_cast<QGestureEvent *>(event)->gesture(Qt::PinchGesture));
        if (pinch && pinch->changeFlags() & QPinchGesture::ScaleFactorChanged) {
            setZoom(zoom() * pinch->scaleFactor(), viewport()->mapFromGlobal(pinch->centerPoint()).toPoint());
            return true;
        }
    }
    return QGraphicsView::viewportEvent(event);
}

void CanvasView::setDrop(const std::optional<Drop> &drop)
{
    m_drop = drop;
    using Kind = Placement::Kind;
    const Kind kind = drop ? drop->placement.kind : Kind::Free;
    m_scene->offer(kind == Kind::OnWire ? std::optional(drop->placement.wire) : std::nullopt,
                   kind == Kind::Below ? drop->placement.wire.from : 0);
    updateHint();
    viewport()->update();
}

void CanvasView::dragEnterEvent(QDragEnterEvent *event)
{
    dragMoveEvent(event);
    if (draggedLayer(event->mimeData()))
        event->accept();  // also where it is refused, so that the reason goes when the drag does
}

void CanvasView::dragMoveEvent(QDragMoveEvent *event)
{
    const std::optional<LayerChoice> choice = draggedLayer(event->mimeData());
    if (!choice)
        return event->ignore();
    const QPoint cursor = event->position().toPoint();
    if (const Status possible = m_document.canAdd(*choice); !possible) {
        showNote(QString::fromStdString(possible.error().message), cursor);
        return event->ignore();
    }
    setDrop(Drop{*choice, planDrop(*m_scene, choice->spec(), mapToScene(cursor))});
    event->setDropAction(Qt::CopyAction);
    event->accept();
}

void CanvasView::dragLeaveEvent(QDragLeaveEvent *event)
{
    setDrop({});
    showNote({}, {});
    event->accept();
}

void CanvasView::dropEvent(QDropEvent *event)
{
    const std::optional<LayerChoice> choice = draggedLayer(event->mimeData());
    if (!choice)
        return event->ignore();
    const QPoint cursor = event->position().toPoint();
    const Placement placement = planDrop(*m_scene, choice->spec(), mapToScene(cursor));
    setDrop({});
    event->setDropAction(Qt::CopyAction);
    event->accept();
    add(*choice, placement, cursor);
    setFocus();
}

}  // namespace trainyard::ui
