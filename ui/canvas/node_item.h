// One layer's card in the scene. Knows its id, not the layer; passive: the view decides what the mouse does.
#pragma once

#include <QGraphicsItem>

#include "ui/canvas/node_geometry.h"
#include "ui/canvas/node_painter.h"

namespace trainyard::ui {

class NodeItem : public QGraphicsItem
{
public:
    enum { Type = UserType + 1 };
    explicit NodeItem(LayerId layer);

    LayerId layer() const { return m_layer; }
    const NodeLook &look() const { return m_look; }
    const NodeState &state() const { return m_state; }
    void setLook(const NodeLook &look);     // draws again only what differs
    void setState(const NodeState &state);

    QRectF card() const { return cardRect(pos()); }  // in the scene, like the ports
    QPointF input(int port) const { return pos() + inputPort(port, m_look.inputs); }
    QPointF output() const { return pos() + outputPort(); }
    QPointF port(const PortRef &ref) const { return ref.output ? output() : input(ref.port); }

    int type() const override { return Type; }
    QRectF boundingRect() const override;
    QPainterPath shape() const override;
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *widget) override;

private:
    const LayerId m_layer;
    NodeLook m_look;
    NodeState m_state;
};

}  // namespace trainyard::ui
