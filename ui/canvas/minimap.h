// The whole network small, with a frame around what the view shows; dragging in it pans. In the corner of the canvas,
// shown only while the network does not fit.
#pragma once

#include <QWidget>

namespace trainyard::ui {

class CanvasView;

class Minimap : public QWidget
{
    Q_OBJECT
public:
    explicit Minimap(CanvasView &view);

    void follow();  // the network, the view or its size changed: shows or hides, moves to the corner, draws again

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *) override {}  // accepted: the canvas below has nothing to do with it

private:
    QPointF toMap(QPointF scene) const;
    void panTo(QPointF position);

    CanvasView &m_view;
    QRectF m_content;  // scene
    double m_scale = 1;
};

}  // namespace trainyard::ui
