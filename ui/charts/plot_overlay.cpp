#include "ui/charts/plot_overlay.h"

#include <cmath>
#include <limits>

#include <QPainter>

#include "ui/charts/curve_plot.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr double kDotRadius = 3.5;

}  // namespace

PlotOverlay::PlotOverlay(CurvePlot *plot) : QWidget(plot), m_plot(plot), m_cursor(std::numeric_limits<double>::quiet_NaN())
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_NoSystemBackground);
}

void PlotOverlay::showCursor(double step)
{
    if (step == m_cursor || (std::isnan(step) && std::isnan(m_cursor)))
        return;
    m_cursor = step;
    update();
}

void PlotOverlay::setFocusFrame(bool on)
{
    m_focusFrame = on;
    update();
}

void PlotOverlay::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QRectF area = m_plot->plotArea();
    if (m_focusFrame) {
        painter.setPen(QPen(themeColor(ColorRole::Accent), 1));
        painter.drawRect(area.adjusted(-0.5, -0.5, -0.5, -0.5));
    }
    if (std::isnan(m_cursor))
        return;
    const double x = std::round(m_plot->positionOf({m_cursor, 1}).x()) + 0.5;
    if (x < area.left() || x > area.right() + 1)
        return;
    painter.setPen(QPen(themeColor(ColorRole::Muted), 1));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    painter.setRenderHint(QPainter::Antialiasing);
    for (const CurvePlot::Lines &lines : m_plot->m_lines) {
        const auto value = lines.curve.track->nearest(m_cursor);
        if (!value || !std::isfinite(value->value) || (m_plot->m_settings.logScale && value->value <= 0))
            continue;
        const QPointF at = m_plot->positionOf(*value);
        if (!area.adjusted(-1, -1, 1, 1).contains(at))
            continue;
        painter.setPen(QPen(themeColor(ColorRole::Panel), 1.5));
        painter.setBrush(Theme::instance().curveColor(lines.curve.slot));
        painter.drawEllipse(at, kDotRadius, kDotRadius);
    }
}

}  // namespace trainyard::ui
