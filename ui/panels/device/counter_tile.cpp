#include "ui/panels/device/counter_tile.h"

#include <algorithm>
#include <cmath>

#include <QDateTime>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include "engine/base/format.h"
#include "ui/charts/axis_ticks.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kWidth = 152, kHeight = 92, kStrip = 32, kPadding = kSpaceS;
constexpr double kSmall = 0.9, kLarge = 1.35, kRadius = 4, kAir = 1.15;
constexpr qint64 kShownMs = 3 * 60 * 1000;   // of the history, over the width of the strip
constexpr qint64 kGapMs = 4000;              // between two readings: the line is broken there
const QString kUnknown = QStringLiteral("-");

QFont sized(QFont font, double factor, QFont::Weight weight = QFont::Normal)
{
    font.setPointSizeF(font.pointSizeF() * factor);
    font.setWeight(weight);
    return font;
}

QString agoText(qint64 ms)
{
    const qint64 seconds = ms / 1000;
    return seconds < 1    ? CounterTile::tr("now")
           : seconds < 60 ? CounterTile::tr("%1 s ago").arg(seconds)
                          : CounterTile::tr("%1 ago").arg(QString::fromStdString(formatDuration(static_cast<double>(seconds))));
}

}  // namespace

CounterTile::CounterTile(CounterInfo counter, int slot, QWidget *parent) : QWidget(parent), m_counter(std::move(counter)), m_slot(slot)
{
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
    showText();
}

void CounterTile::setHistory(const CounterHistory *history, const QString &reason, qint64 nowMs)
{
    m_history = history;
    m_reason = reason;
    m_nowMs = nowMs;
    showText();
}

QString CounterTile::textOf(double value) const
{
    if (m_counter.text)
        return m_counter.text(value);
    return ui::valueText(value, valueKindOf(m_counter.unit, {}), m_counter.unit);
}

double CounterTile::top() const
{
    if (m_counter.height)
        return 1;
    if (m_counter.full)
        return *m_counter.full;
    double highest = 0;
    for (const auto &reading : m_history->readings)
        if (std::isfinite(reading.value))
            highest = std::max(highest, reading.value);
    return highest * kAir;
}

void CounterTile::showText()
{
    const auto value = m_history ? m_history->current(m_nowMs) : std::nullopt;
    m_text = value ? textOf(*value) : kUnknown;
    QString tip = m_counter.help;
    if (!value)
        tip += QLatin1Char('\n') + (m_reason.isEmpty() ? tr("Not known at the moment.") : m_reason);
    setToolTip(tip);
    setAccessibleName(m_counter.title);
    setAccessibleDescription(value ? m_text : tr("unknown"));
    update();
}

QSize CounterTile::sizeHint() const
{
    return {kWidth, kHeight};
}

QSize CounterTile::minimumSizeHint() const
{
    return {kWidth - 2 * kSpaceM, kHeight};
}

QRectF CounterTile::stripRect() const
{
    return QRectF(1, height() - kStrip - 1, width() - 2, kStrip);
}

double CounterTile::xOf(qint64 timeMs) const
{
    const QRectF strip = stripRect();
    return strip.right() - static_cast<double>(m_nowMs - timeMs) / static_cast<double>(kShownMs) * strip.width();
}

void CounterTile::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    QPainterPath border;
    border.addRoundedRect(frame, kRadius, kRadius);
    painter.fillPath(border, themeColor(ColorRole::Raised));

    const QColor color = Theme::instance().curveColor(m_slot);
    const QRectF strip = stripRect();
    const CounterHistory::Reading *under = nullptr;
    if (m_history && !m_history->readings.empty()) {
        painter.save();
        painter.setClipPath(border);
        const double highest = top();
        const auto yOf = [&](double value) {
            const double share = m_counter.height ? m_counter.height(value) : highest > 0 ? value / highest : 0;
            return strip.bottom() - std::clamp(share, 0.0, 1.0) * (strip.height() - 2);
        };
        QPolygonF line;
        const auto draw = [&] {
            if (line.isEmpty())
                return;
            if (line.size() == 1)
                line.prepend(line.front() - QPointF(2, 0));
            QPolygonF area = line;
            area << QPointF(line.back().x(), strip.bottom() + 1) << QPointF(line.front().x(), strip.bottom() + 1);
            QColor fill = color;
            fill.setAlphaF(0.16F);
            painter.setPen(Qt::NoPen);
            painter.setBrush(fill);
            painter.drawPolygon(area);
            painter.setPen(QPen(color, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
            painter.drawPolyline(line);
            line.clear();
        };
        qint64 before = 0;
        for (const auto &reading : m_history->readings) {
            if (reading.timeMs < m_nowMs - kShownMs - kGapMs)
                continue;
            if (before != 0 && reading.timeMs - before > kGapMs)
                draw();
            before = reading.timeMs;
            if (!std::isfinite(reading.value))
                continue;
            line << QPointF(xOf(reading.timeMs), yOf(reading.value));
            if (m_cursor && (!under || std::abs(xOf(reading.timeMs) - *m_cursor) < std::abs(xOf(under->timeMs) - *m_cursor)))
                under = &reading;
        }
        draw();
        if (under) {
            painter.setPen(QPen(themeColor(ColorRole::Muted), 1));
            const double x = std::round(xOf(under->timeMs)) + 0.5;
            painter.drawLine(QPointF(x, strip.top()), QPointF(x, strip.bottom()));
            painter.setPen(Qt::NoPen);
            painter.setBrush(color);
            painter.drawEllipse(QPointF(xOf(under->timeMs), yOf(under->value)), 3, 3);
        }
        painter.restore();
    }
    painter.setPen(QPen(themeColor(ColorRole::Border), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(border);

    const QFont small = sized(font(), kSmall);
    const QFontMetrics smallMetrics(small);
    const QRect inside = rect().adjusted(kPadding, kSpaceXs + 2, -kPadding, 0);
    painter.setFont(small);
    painter.setPen(themeColor(ColorRole::Muted));
    painter.drawText(inside, Qt::AlignLeft | Qt::AlignTop, smallMetrics.elidedText(m_counter.title, Qt::ElideRight, inside.width()));

    const bool unknown = m_text == kUnknown;
    const QString text = under ? textOf(under->value) : m_text;
    const QFont large = sized(font(), kLarge, QFont::DemiBold);
    painter.setFont(large);
    painter.setPen(themeColor(unknown && !under ? ColorRole::Disabled : ColorRole::Text));
    const QRect valueRect = inside.adjusted(0, smallMetrics.height() + 2, 0, 0);
    painter.drawText(valueRect, Qt::AlignLeft | Qt::AlignTop, text);
    if (under) {
        const int used = QFontMetrics(large).horizontalAdvance(text) + kSpaceS;
        painter.setFont(small);
        painter.setPen(themeColor(ColorRole::Muted));
        painter.drawText(valueRect.adjusted(used, QFontMetrics(large).ascent() - smallMetrics.ascent(), 0, 0), Qt::AlignLeft | Qt::AlignTop,
                         agoText(m_nowMs - under->timeMs));
    }
}

void CounterTile::mouseMoveEvent(QMouseEvent *event)
{
    m_cursor = stripRect().adjusted(0, -kSpaceS, 0, 0).contains(event->position()) ? std::optional(qRound(event->position().x())) : std::nullopt;
    update();
}

void CounterTile::leaveEvent(QEvent *)
{
    m_cursor.reset();
    update();
}

}  // namespace trainyard::ui
