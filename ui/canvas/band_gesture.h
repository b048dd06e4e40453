// Selects the cards that a rectangle touches, live; the selection from before stays where it is added to.
#pragma once

#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/gesture.h"

namespace trainyard::ui {

class BandGesture : public Gesture
{
public:
    BandGesture(CanvasView &view, QPoint pressed, bool adds);
    void move(QPoint cursor) override;
    void finish(QPoint cursor) override { move(cursor); }
    void cancel() override;
    void paint(QPainter &painter) const override;

private:
    QPointF m_pressed, m_cursor;  // scene
    CanvasSelection m_before, m_kept;
};

}  // namespace trainyard::ui
