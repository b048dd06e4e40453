// Drags the whole canvas along.
#pragma once

#include "ui/canvas/gesture.h"

namespace trainyard::ui {

class PanGesture : public Gesture
{
public:
    PanGesture(CanvasView &view, QPoint pressed) : Gesture(view), m_last(pressed) {}
    void move(QPoint cursor) override;
    void finish(QPoint cursor) override { move(cursor); }
    bool scrollsAtEdges() const override { return false; }

private:
    QPoint m_last;
};

}  // namespace trainyard::ui
