#include "ui/canvas/wire_item.h"

#include <utility>

#include <QPainter>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr double kWidth = 2, kOfferedWidth = 4;

}  // namespace

WireItem::WireItem(const Wire &wire) : m_wire(wire)
{
    setAcceptedMouseButtons(Qt::NoButton);
}

void WireItem::setRoute(WireRoute route)
{
    if (route == m_route)
        return;
    prepareGeometryChange();
    m_route = std::move(route);
    m_path = wirePath(m_route);
}

void WireItem::setState(const WireState &state)
{
    if (m_state == state)
        return;
    m_state = state;
    update();
}

QRectF WireItem::boundingRect() const
{
    return m_path.controlPointRect().adjusted(-kOfferedWidth, -kOfferedWidth, kOfferedWidth, kOfferedWidth);
}

void WireItem::paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *)
{
    const bool loud = m_state.selected || m_state.hovered || m_state.offered;
    QPen pen(themeColor(loud ? ColorRole::Accent : m_state.wrong ? ColorRole::Error : ColorRole::Muted),
             m_state.offered ? kOfferedWidth : kWidth);
    if (m_state.wrong && !loud)
        pen.setDashPattern({4, 2});  // wrong is never told by colour alone
    pen.setCapStyle(Qt::FlatCap);
    painter->setOpacity(m_state.lifted ? 0.25 : 1);
    painter->setPen(pen);
    painter->setBrush(Qt::NoBrush);
    painter->drawPath(m_path);
    painter->setOpacity(1);
}

}  // namespace trainyard::ui
