#include "ui/canvas/move_gesture.h"

#include <QApplication>

#include "ui/canvas/canvas_view.h"
#include "ui/canvas/layer_placement.h"

namespace trainyard::ui {

MoveGesture::MoveGesture(CanvasView &view, LayerId grabbed, QPoint pressed)
    : Gesture(view), m_grabbed(grabbed), m_pressedAt(pressed), m_pressed(view.mapToScene(pressed))
{
    for (const LayerId layer : view.canvas().selection().layers)
        m_from[layer] = view.canvas().node(layer)->pos();
    const Layer *layer = view.document().shown().find(grabbed);
    const LayerSpec *spec = layer ? findLayer(layer->type) : nullptr;
    m_canInsert = m_from.size() == 1 && spec && standsBetween(*spec) && !view.canvas().node(grabbed)->look().isConnected();
}

void MoveGesture::move(QPoint cursor)
{
    if (!m_started && (cursor - m_pressedAt).manhattanLength() < QApplication::startDragDistance())
        return;
    m_started = true;
    const auto grabbed = m_from.find(m_grabbed);
    if (grabbed == m_from.end())
        return;
    // The grabbed card comes to stand on the grid, the others keep their distance to it.
    const QPointF moved = snappedToGrid(grabbed->second + m_view.mapToScene(cursor) - m_pressed) - grabbed->second;
    for (const auto &[layer, position] : m_from)
        m_to[layer] = position + moved;
    m_view.canvas().previewPositions(m_to);
    m_view.canvas().offer(wireUnderneath(), 0);
}

std::optional<Wire> MoveGesture::wireUnderneath() const
{
    const NodeItem *node = m_canInsert ? m_view.canvas().node(m_grabbed) : nullptr;
    return node ? wireForInsert(m_view.canvas(), node->card().center(), m_grabbed) : std::nullopt;
}

void MoveGesture::finish(QPoint cursor)
{
    move(cursor);
    if (!m_started)
        return m_view.canvas().selectLayers({m_grabbed});
    const std::optional<Wire> wire = wireUnderneath();
    m_view.canvas().offer({}, 0);
    if (m_to == m_from)
        return;
    if (wire)
        placeOnWire(m_view.document(), m_grabbed, *wire, m_to[m_grabbed]);
    else
        m_view.document().moveLayers(m_to);
}

void MoveGesture::cancel()
{
    m_view.canvas().offer({}, 0);
    std::map<LayerId, QPointF> back;
    for (const auto &[id, position] : m_from)
        if (const Layer *layer = m_view.document().shown().find(id))
            back[id] = {layer->x, layer->y};
    m_view.canvas().previewPositions(back);
}

}  // namespace trainyard::ui
