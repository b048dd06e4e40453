// One wire in the scene: a curve from an output down to an input. Passive, like the cards.
#pragma once

#include <QGraphicsItem>

#include "ui/canvas/node_geometry.h"
#include "ui/canvas/wire_route.h"

namespace trainyard::ui {

struct WireState {
    bool selected = false, hovered = false;
    bool wrong = false;    // what it carries does not fit
    bool offered = false;  // a layer dropped here would be inserted
    bool lifted = false;   // an end of it is being dragged: only a trace stays
    bool operator==(const WireState &) const = default;
};

class WireItem : public QGraphicsItem
{
public:
    enum { Type = UserType + 2 };
    explicit WireItem(const Wire &wire);

    const Wire &wire() const { return m_wire; }
    const WireState &state() const { return m_state; }
    void setRoute(WireRoute route);
    void setState(const WireState &state);
    WireHit nearest(QPointF point) const { return nearestOnWire(m_route, point); }

    int type() const override { return Type; }
    QRectF boundingRect() const override;
    QPainterPath shape() const override { return {}; }  // hits are by distance, in CanvasScene
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *widget) override;

private:
    const Wire m_wire;
    WireRoute m_route{{QPointF()}};
    QPainterPath m_path;
    WireState m_state;
};

}  // namespace trainyard::ui
