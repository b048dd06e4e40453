// What the mouse does between press and release: one class for each kind. Owned by the view, ended by exactly one of
// finish() and cancel().
#pragma once

#include <QPoint>
#include <QtGlobal>

class QPainter;

namespace trainyard::ui {

class CanvasView;

class Gesture
{
public:
    explicit Gesture(CanvasView &view) : m_view(view) {}
    virtual ~Gesture() = default;
    Gesture(const Gesture &) = delete;
    Gesture &operator=(const Gesture &) = delete;

    virtual void move(QPoint cursor) = 0;    // in the viewport
    virtual void finish(QPoint cursor) = 0;  // the button was released there
    virtual void cancel() {}                 // Esc, or the network changed underneath
    virtual void paint(QPainter &) const {}  // above the scene, in its coordinates
    virtual bool scrollsAtEdges() const { return true; }

protected:
    CanvasView &m_view;
};

}  // namespace trainyard::ui
