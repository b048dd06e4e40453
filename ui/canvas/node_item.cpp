#include "ui/canvas/node_item.h"

#include <QPaintDevice>
#include <QPainter>
#include <QStyleOptionGraphicsItem>

namespace trainyard::ui {

NodeItem::NodeItem(LayerId layer) : m_layer(layer)
{
    setAcceptedMouseButtons(Qt::NoButton);
    setZValue(1);
}

void NodeItem::setLook(const NodeLook &look)
{
    if (m_look == look)
        return;
    m_look = look;
    setToolTip(QStringLiteral("<p>%1</p>").arg((look.message.isEmpty() ? nodeSentence(look) : look.message).toHtmlEscaped()));
    update();
}

void NodeItem::setState(const NodeState &state)
{
    if (m_state == state)
        return;
    m_state = state;
    setZValue(state.selected ? 2 : 1);
    update();
}

QRectF NodeItem::boundingRect() const
{
    return cardRect({}).adjusted(-kNodeMargin, -kNodeMargin, kNodeMargin, kNodeMargin);
}

QPainterPath NodeItem::shape() const
{
    QPainterPath path;
    path.addRoundedRect(cardRect({}), kCardRadius, kCardRadius);
    return path;
}

void NodeItem::paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *)
{
    paintNode(*painter, m_look, m_state, QStyleOptionGraphicsItem::levelOfDetailFromTransform(painter->worldTransform()) /
                                             painter->device()->devicePixelRatioF());
}

}  // namespace trainyard::ui
