#include "ui/panels/train/memory_bar.h"

#include <algorithm>

#include <QPainter>
#include <QPainterPath>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kHeight = 12, kRadius = 3, kGap = 1, kThinnest = 2;

}  // namespace

MemoryBar::MemoryBar(QWidget *parent) : QWidget(parent)
{
    setFixedHeight(kHeight);
    setAccessibleName(tr("Parts of the memory"));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void MemoryBar::setParts(std::vector<Part> parts)
{
    m_parts = std::move(parts);
    update();
}

void MemoryBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath frame;
    frame.addRoundedRect(rect(), kRadius, kRadius);
    painter.fillPath(frame, themeColor(ColorRole::Grid));
    double total = 0;
    int shown = 0;
    for (const Part &part : m_parts) {
        total += part.size;
        shown += part.size > 0;
    }
    if (!(total > 0))
        return;
    painter.setClipPath(frame);
    // Nothing that is there is too thin to be seen.
    const double room = std::max(0, width() - shown * kThinnest - (shown - 1) * kGap);
    double x = 0;
    for (const Part &part : m_parts) {
        if (!(part.size > 0))
            continue;
        const double wide = kThinnest + room * part.size / total;
        painter.fillRect(QRectF(x, 0, wide, height()), Theme::instance().curveColor(part.slot));
        x += wide + kGap;
    }
}

}  // namespace trainyard::ui
