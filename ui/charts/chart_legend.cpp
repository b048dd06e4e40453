#include "ui/charts/chart_legend.h"

#include <algorithm>

#include <QFontMetrics>
#include <QPainter>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kStroke = 14, kGap = 6, kBetween = 16, kMostLines = 3, kLineSpace = 2, kWidestLabel = 180;

}  // namespace

ChartLegend::ChartLegend(QWidget *parent) : QWidget(parent)
{
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    setFont(small);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void ChartLegend::setEntries(std::vector<Entry> entries)
{
    const bool sameCurves = std::equal(entries.begin(), entries.end(), m_entries.begin(), m_entries.end(),
                                       [](const Entry &a, const Entry &b) { return a.label == b.label && a.slot == b.slot; });
    m_entries = std::move(entries);
    if (!sameCurves)
        m_valueWidths.assign(m_entries.size(), 0);
    const QFontMetrics metrics(font());
    bool wider = !sameCurves;
    for (std::size_t i = 0; i < m_entries.size(); ++i)
        if (const int width = metrics.horizontalAdvance(m_entries[i].value); width > m_valueWidths[i]) {
            m_valueWidths[i] = width;
            wider = true;
        }
    if (wider)
        updateGeometry();
    update();
}

int ChartLegend::entryWidth(std::size_t index) const
{
    const int label = std::min(kWidestLabel, QFontMetrics(font()).horizontalAdvance(m_entries[index].label));
    return kStroke + kGap + label + (m_valueWidths[index] > 0 ? kGap + m_valueWidths[index] : 0);
}

std::vector<ChartLegend::Place> ChartLegend::arrange(int width, int &height) const
{
    const QFontMetrics metrics(font());
    const int line = metrics.height();
    std::vector<Place> places;
    QPoint at;
    int lines = 1;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const int wanted = entryWidth(i);
        if (at.x() > 0 && at.x() + wanted > width) {
            if (lines == kMostLines)
                break;
            at = {0, at.y() + line + kLineSpace};
            ++lines;
        }
        places.push_back({at, std::min(kWidestLabel, metrics.horizontalAdvance(m_entries[i].label))});
        at.rx() += wanted + kBetween;
    }
    height = lines * line + (lines - 1) * kLineSpace;
    return places;
}

int ChartLegend::heightForWidth(int width) const
{
    int height = 0;
    arrange(width, height);
    return height;
}

QSize ChartLegend::sizeHint() const
{
    return {240, heightForWidth(width() > 0 ? width() : 240)};
}

QSize ChartLegend::minimumSizeHint() const
{
    return {80, QFontMetrics(font()).height()};
}

void ChartLegend::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    paintOn(painter, rect());
}

void ChartLegend::paintOn(QPainter &painter, const QRect &place) const
{
    painter.save();
    painter.translate(place.topLeft());
    painter.setFont(font());
    const QFontMetrics metrics(font());
    int height = 0;
    const std::vector<Place> places = arrange(place.width(), height);
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Entry &entry = m_entries[i];
        const QPoint at = places[i].at;
        QColor color = Theme::instance().curveColor(entry.slot);
        if (entry.secondary)
            color.setAlphaF(0.55F);
        painter.setPen(QPen(color, entry.secondary ? 1 : 2, Theme::instance().curveStyle(entry.slot)));
        const int middle = at.y() + metrics.height() / 2;
        painter.drawLine(at.x(), middle, at.x() + kStroke, middle);
        const int labelX = at.x() + kStroke + kGap;
        painter.setPen(themeColor(ColorRole::Muted));
        painter.drawText(labelX, at.y() + metrics.ascent(), metrics.elidedText(entry.label, Qt::ElideMiddle, kWidestLabel));
        painter.setPen(themeColor(entry.wrong ? ColorRole::Error : ColorRole::Text));
        painter.drawText(labelX + places[i].labelWidth + kGap, at.y() + metrics.ascent(), entry.value);
    }
    if (places.size() < m_entries.size()) {
        const QString rest = tr("and %1 more").arg(m_entries.size() - places.size());
        const int x = place.width() - metrics.horizontalAdvance(rest);
        painter.fillRect(QRect(x - kGap, height - metrics.height(), place.width() - x + kGap, metrics.height()), themeColor(ColorRole::Panel));
        painter.setPen(themeColor(ColorRole::Muted));
        painter.drawText(x, height - metrics.descent(), rest);
    }
    painter.restore();
}

}  // namespace trainyard::ui
