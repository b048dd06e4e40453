// Draws a new wire from a port, or drags one end of a wire elsewhere. Shows which cards could take it, and at the cursor
// why one could not. Dropped on nothing, a new wire asks which layer to add there; a dragged end is disconnected.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include <QTimer>

#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/gesture.h"

namespace trainyard::ui {

class WireGesture : public Gesture
{
public:
    // fixed: the end that stays. lifted: the wire whose other end is dragged; empty: a new one.
    WireGesture(CanvasView &view, const PortRef &fixed, const std::optional<Wire> &lifted, QPoint pressed);
    ~WireGesture() override;
    void move(QPoint cursor) override;
    void finish(QPoint cursor) override;
    void cancel() override { clear(); }
    void paint(QPainter &painter) const override;
    bool scrollsAtEdges() const override { return m_started; }

    // Pressing on a port: an input that has a wire lets it be dragged off, any other begins a new one.
    static std::unique_ptr<Gesture> fromPort(CanvasView &view, const PortRef &port, QPoint pressed);
    // Pressing on a wire: the nearer end follows the cursor.
    static std::unique_ptr<Gesture> fromWire(CanvasView &view, const Wire &wire, QPoint pressed);

private:
    void start();
    void markSome();
    void clear();
    Wire wireTo(const PortRef &target) const;
    PortRef portFor(LayerId layer) const;  // the one a wire dropped on the card would end on
    std::optional<PortRef> targetAt(QPointF point) const;
    const Status &judge(const PortRef &target);

    const PortRef m_fixed;
    const std::optional<Wire> m_lifted;
    const QPoint m_pressedAt;
    QPointF m_cursor;  // scene
    bool m_started = false, m_legal = true;
    std::optional<PortRef> m_target;
    std::map<std::pair<LayerId, int>, Status> m_verdicts;
    std::vector<LayerId> m_unmarked;  // nearest last
    QTimer m_marking;
};

}  // namespace trainyard::ui
