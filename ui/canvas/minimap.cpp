#include "ui/canvas/minimap.h"

#include <algorithm>

#include <QMouseEvent>
#include <QPainter>

#include "ui/canvas/canvas_view.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr QSize kLargest{176, 136}, kSmallest{56, 48};
constexpr int kInset = 8, kCornerDistance = 12;

}  // namespace

Minimap::Minimap(CanvasView &view) : QWidget(&view), m_view(view)
{
    setObjectName(QStringLiteral("minimap"));
    setAccessibleName(tr("Overview of the network"));
    setToolTip(tr("Overview: drag to move the view"));
    setCursor(Qt::PointingHandCursor);
    hide();
}

void Minimap::follow()
{
    m_content = m_view.canvas().contentRect();
    const bool fits = m_content.isEmpty() || m_view.visibleScene().contains(m_content);
    setVisible(!fits);
    if (fits)
        return;
    m_scale = std::min((kLargest.width() - 2 * kInset) / m_content.width(), (kLargest.height() - 2 * kInset) / m_content.height());
    const QSize size = (m_content.size() * m_scale).toSize() + QSize(2 * kInset, 2 * kInset);
    resize(size.expandedTo(kSmallest));
    move(m_view.width() - width() - kCornerDistance, m_view.height() - height() - kCornerDistance);
    update();
}

QPointF Minimap::toMap(QPointF scene) const
{
    return QRectF(rect()).center() + (scene - m_content.center()) * m_scale;
}

void Minimap::panTo(QPointF position)
{
    m_view.centerOnPoint(m_content.center() + (position - QRectF(rect()).center()) / m_scale);
}

void Minimap::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor back = themeColor(ColorRole::Panel);
    back.setAlphaF(0.92f);
    painter.setPen(QPen(themeColor(ColorRole::Border), 1));
    painter.setBrush(back);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);

    painter.setPen(Qt::NoPen);
    for (const auto &[id, node] : m_view.canvas().nodes()) {
        const QRectF card = node->card();
        const QRectF small(toMap(card.topLeft()), toMap(card.bottomRight()));
        painter.setBrush(themeColor(node->look().broken ? ColorRole::Error : node->state().selected ? ColorRole::Accent : ColorRole::Disabled));
        painter.drawRect(QRectF(small.topLeft(), small.size().expandedTo({2, 1})));
    }
    const QRectF seen = m_view.visibleScene();
    const QRectF frame = QRectF(toMap(seen.topLeft()), toMap(seen.bottomRight())) & QRectF(rect()).adjusted(3, 3, -3, -3);
    QColor veil = themeColor(ColorRole::Accent);
    veil.setAlphaF(0.10f);
    painter.setBrush(veil);
    painter.setPen(QPen(themeColor(ColorRole::Accent), 1.5));
    painter.drawRoundedRect(frame, 2, 2);
}

void Minimap::mousePressEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        panTo(event->position());
}

void Minimap::mouseMoveEvent(QMouseEvent *event)
{
    if (event->buttons() & Qt::LeftButton)
        panTo(event->position());
}

}  // namespace trainyard::ui
