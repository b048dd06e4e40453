// Drags the selected cards: the document hears of it once, at the end. A single card without wires that is dropped on a
// wire is inserted there.
#pragma once

#include <map>
#include <optional>

#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/gesture.h"

namespace trainyard::ui {

class MoveGesture : public Gesture
{
public:
    // grabbed is the card under the cursor; the selection is what moves. A click selects grabbed alone.
    MoveGesture(CanvasView &view, LayerId grabbed, QPoint pressed);
    void move(QPoint cursor) override;
    void finish(QPoint cursor) override;
    void cancel() override;
    bool scrollsAtEdges() const override { return m_started; }

private:
    std::optional<Wire> wireUnderneath() const;

    const LayerId m_grabbed;
    const QPoint m_pressedAt;
    const QPointF m_pressed;  // scene
    std::map<LayerId, QPointF> m_from, m_to;
    bool m_canInsert = false, m_started = false;
};

}  // namespace trainyard::ui
