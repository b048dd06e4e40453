#include "ui/charts/decision_plot.h"

#include <algorithm>
#include <cmath>

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include "engine/base/format.h"
#include "ui/charts/axis_ticks.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kLeft = 48, kBottom = 40, kMargin = 8, kSide = DecisionGrid::kSide, kPixelsPerTick = 56, kShapes = 4;
constexpr std::size_t kManyPoints = 400;
constexpr double kLargePoint = 3.5, kSmallPoint = 2.5, kPen = 0.8;
constexpr float kFaintest = 0.10f, kStrongest = 0.55f, kStrongestValue = 0.8f;  // share of the class' colour in a region

// share of colour, the rest of ground.
QColor mixed(const QColor &ground, const QColor &colour, float share)
{
    const auto mix = [share](float a, float b) { return a + (b - a) * share; };
    return QColor::fromRgbF(mix(ground.redF(), colour.redF()), mix(ground.greenF(), colour.greenF()), mix(ground.blueF(), colour.blueF()));
}

QString number(double value)
{
    return QString::fromStdString(formatSignificant(value));
}

// A shape for each class, so that they can be told apart without colours.
QPainterPath pointShape(int kind, double radius)
{
    QPainterPath path;
    switch (kind % kShapes) {
    case 0: path.addEllipse(QPointF(0, 0), radius, radius); break;
    case 1: path.addRect(QRectF(-radius * 0.9, -radius * 0.9, radius * 1.8, radius * 1.8)); break;
    case 2: path.addPolygon(QPolygonF({{0, -radius * 1.2}, {radius * 1.15, radius * 0.9}, {-radius * 1.15, radius * 0.9}, {0, -radius * 1.2}})); break;
    default: path.addPolygon(QPolygonF({{0, -radius * 1.3}, {radius * 1.3, 0}, {0, radius * 1.3}, {-radius * 1.3, 0}, {0, -radius * 1.3}})); break;
    }
    return path;
}

}  // namespace

DecisionPlot::DecisionPlot(QWidget *parent) : QWidget(parent)
{
    setAccessibleName(tr("Decision boundary"));
    setMouseTracking(true);
    connect(&Theme::instance(), &Theme::changed, this, &DecisionPlot::colourRegions);
}

QSize DecisionPlot::sizeHint() const
{
    return {360, 360};
}

QSize DecisionPlot::minimumSizeHint() const
{
    return {100, 100};
}

void DecisionPlot::setGrid(std::shared_ptr<const DecisionGrid> grid)
{
    m_grid = std::move(grid);
    if (m_grid && !m_grid->values.empty()) {
        // The data's range, so that colours stay while the network learns to reach it.
        const auto &values = m_grid->points->values.empty() ? m_grid->values : m_grid->points->values;
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        m_low = *low;
        m_high = *high > *low ? *high : *low + 1;
    }
    colourRegions();
}

QColor DecisionPlot::valueColor(float value) const
{
    const float share = std::isfinite(value) ? std::clamp(2 * (value - m_low) / (m_high - m_low) - 1, -1.0f, 1.0f) : 0.0f;
    return mixed(themeColor(ColorRole::Panel), Theme::instance().curveColor(share < 0 ? 0 : 1), std::abs(share));
}

void DecisionPlot::colourRegions()
{
    m_regions = {};
    if (m_grid) {
        const QColor ground = themeColor(ColorRole::Panel);
        const auto classes = std::max<std::size_t>(2, m_grid->points->classNames.size());
        const float guess = 1.0f / static_cast<float>(classes);
        m_regions = QImage(kSide, kSide, QImage::Format_RGB32);
        for (int row = 0; row < kSide; ++row)
            for (int column = 0; column < kSide; ++column) {
                const auto at = static_cast<std::size_t>(row * kSide + column);
                QColor colour;
                if (m_grid->values.empty()) {
                    const float sure = std::clamp((m_grid->sureness[at] - guess) / (1 - guess), 0.0f, 1.0f);
                    colour = mixed(ground, Theme::instance().curveColor(m_grid->classes[at]), kFaintest + (kStrongest - kFaintest) * sure);
                } else {
                    colour = mixed(ground, valueColor(m_grid->values[at]), kStrongestValue);
                }
                m_regions.setPixelColor(column, kSide - 1 - row, colour);
            }
    }
    update();
}

QRect DecisionPlot::plane() const
{
    const int side = std::max(1, std::min(width() - kLeft - kMargin, height() - kBottom - kMargin));
    const int left = kLeft + (width() - kLeft - kMargin - side) / 2;
    return {left, kMargin + (height() - kBottom - kMargin - side) / 2, side, side};
}

void DecisionPlot::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (!m_grid) {
        painter.setPen(themeColor(ColorRole::Muted));
        painter.drawText(rect().adjusted(kMargin, kMargin, -kMargin, -kMargin), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("What the network says all over the plane of its two features appears here after the first evaluation."));
        return;
    }
    const QRect place = plane();
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(place, m_regions);
    painter.save();
    painter.setClipRect(place);
    paintPoints(painter, place);
    painter.restore();
    paintAxes(painter, place);
}

void DecisionPlot::paintAxes(QPainter &painter, const QRect &place) const
{
    const PlanePoints &points = *m_grid->points;
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(themeColor(ColorRole::Border));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(place.adjusted(0, 0, -1, -1));
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    painter.setFont(small);
    const int line = painter.fontMetrics().height();
    const int wanted = std::max(2, place.width() / kPixelsPerTick);
    painter.setPen(themeColor(ColorRole::Muted));
    double spacing = roundSpacing(points.left, points.right, wanted);
    for (const double tick : roundTicks(points.left, points.right, spacing)) {
        const int x = place.left() + static_cast<int>((tick - points.left) / (points.right - points.left) * place.width());
        painter.drawText(QRect(x - kPixelsPerTick / 2, place.bottom() + 3, kPixelsPerTick, line), Qt::AlignCenter, tickText(tick, spacing, ValueKind::Plain));
    }
    spacing = roundSpacing(points.bottom, points.top, wanted);
    for (const double tick : roundTicks(points.bottom, points.top, spacing)) {
        const int y = place.bottom() - static_cast<int>((tick - points.bottom) / (points.top - points.bottom) * place.height());
        painter.drawText(QRect(place.left() - kLeft, y - line / 2, kLeft - 6, line), Qt::AlignRight | Qt::AlignVCenter, tickText(tick, spacing, ValueKind::Plain));
    }
    painter.setPen(themeColor(ColorRole::Text));
    const auto name = [&](const std::string &text, int room) { return painter.fontMetrics().elidedText(QString::fromStdString(text), Qt::ElideRight, room); };
    painter.drawText(QRect(place.left(), place.bottom() + 3 + line, place.width(), line), Qt::AlignCenter, name(points.axes[0], place.width()));
    painter.save();
    painter.translate(place.left() - kLeft, place.center().y());
    painter.rotate(-90);
    painter.drawText(QRect(-place.height() / 2, 0, place.height(), line), Qt::AlignCenter, name(points.axes[1], place.height()));
    painter.restore();
}

void DecisionPlot::paintPoints(QPainter &painter, const QRect &place) const
{
    const PlanePoints &points = *m_grid->points;
    const double radius = points.x.size() > kManyPoints ? kSmallPoint : kLargePoint;
    const QColor ground = themeColor(ColorRole::Panel);
    for (std::size_t i = 0; i < points.x.size(); ++i) {
        const int kind = points.classes.empty() ? 0 : std::max(0, points.classes[i]);
        const QColor colour = points.classes.empty() ? valueColor(points.values[i]) : Theme::instance().curveColor(kind);
        const QPointF at(place.left() + (points.x[i] - points.left) / (points.right - points.left) * static_cast<float>(place.width()),
                         place.bottom() - (points.y[i] - points.bottom) / (points.top - points.bottom) * static_cast<float>(place.height()));
        const bool trained = points.inTraining[i];
        const QColor rim = points.classes.empty() ? themeColor(ColorRole::Muted) : colour;
        painter.setPen(QPen(trained ? (points.classes.empty() ? rim : ground) : rim, kPen));
        painter.setBrush(trained || points.classes.empty() ? colour : ground);
        painter.drawPath(pointShape(kind, radius).translated(at));
    }
}

QString DecisionPlot::wordsAt(QPoint at) const
{
    const QRect place = plane();
    if (!m_grid || !place.contains(at))
        return {};
    const PlanePoints &points = *m_grid->points;
    const double right = (at.x() - place.left() + 0.5) / place.width(), up = (place.bottom() - at.y() + 0.5) / place.height();
    const auto cell = static_cast<std::size_t>(std::clamp(static_cast<int>(up * kSide), 0, kSide - 1) * kSide
                                               + std::clamp(static_cast<int>(right * kSide), 0, kSide - 1));
    const QString where = tr("%1 %2, %3 %4").arg(QString::fromStdString(points.axes[0]), number(points.left + right * (points.right - points.left)),
                                                 QString::fromStdString(points.axes[1]), number(points.bottom + up * (points.top - points.bottom)));
    if (!m_grid->values.empty())
        return tr("%1: %2").arg(where, number(m_grid->values[cell]));
    const auto winner = static_cast<std::size_t>(m_grid->classes[cell]);
    const QString name = winner < points.classNames.size() ? QString::fromStdString(points.classNames[winner]) : tr("class %1").arg(winner);
    return tr("%1: %2, %3 % sure").arg(where, name).arg(qRound(100 * m_grid->sureness[cell]));
}

void DecisionPlot::mouseMoveEvent(QMouseEvent *event)
{
    QToolTip::showText(event->globalPosition().toPoint(), wordsAt(event->position().toPoint()), this);
}

}  // namespace trainyard::ui
