#include "ui/canvas/band_gesture.h"

#include <QPainter>

#include "ui/canvas/canvas_view.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

BandGesture::BandGesture(CanvasView &view, QPoint pressed, bool adds)
    : Gesture(view), m_pressed(view.mapToScene(pressed)), m_cursor(m_pressed), m_before(view.canvas().selection())
{
    if (adds)
        m_kept = m_before;
    view.canvas().select(m_kept);
}

void BandGesture::move(QPoint cursor)
{
    m_cursor = m_view.mapToScene(cursor);
    CanvasSelection selection = m_kept;
    const QRectF band = QRectF(m_pressed, m_cursor).normalized();
    if (!band.isEmpty())
        for (const LayerId layer : m_view.canvas().layersIn(band))
            selection.layers.insert(layer);
    m_view.canvas().select(std::move(selection));
}

void BandGesture::cancel()
{
    m_view.canvas().select(m_before);
}

void BandGesture::paint(QPainter &painter) const
{
    QColor fill = themeColor(ColorRole::Accent);
    QPen pen(fill, 1);
    pen.setCosmetic(true);
    fill.setAlphaF(0.10f);
    painter.setPen(pen);
    painter.setBrush(fill);
    painter.drawRect(QRectF(m_pressed, m_cursor).normalized());
}

}  // namespace trainyard::ui
