#include "ui/charts/curve_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <QMouseEvent>
#include <QPainterPath>
#include <QWheelEvent>

#include <qcustomplot.h>

#include "ui/charts/plot_overlay.h"
#include "ui/charts/value_ticker.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

// Drawing a wide antialiased line costs by its length in pixels, and a noisy line is very long: 1,800 points that jump
// up and down took 240 ms. So a line is wide only while it is calm: all lines of a chart together at most this long.
constexpr double kCalmTravel = 12'000;
constexpr double kWidePen = 2;
constexpr double kFadedRaw = 0.30, kFadedSecondary = 0.16, kSecondary = 0.55;
constexpr int kPixelsPerTickX = 80, kPixelsPerTickY = 34, kMostTicksY = 6;
constexpr int kLeftMargin = 56, kTopMargin = 8, kRightMargin = 12, kBottomMargin = 22;
constexpr double kTickHeight = 8;
constexpr double kPadding = 0.06;  // of the values' range, above and below

QColor faded(QColor color, double alpha)
{
    color.setAlphaF(static_cast<float>(alpha));
    return color;
}

void setPoints(QCPGraph *graph, const std::vector<StepValue> &points)
{
    QVector<QCPGraphData> data;
    data.reserve(static_cast<qsizetype>(points.size()));
    for (const StepValue &point : points)
        data.append(QCPGraphData(point.step, point.value));
    graph->data()->set(data, true);
}

// A short upright stroke, standing on the point.
QPainterPath tickPath()
{
    QPainterPath path;
    path.moveTo(0, 0);
    path.lineTo(0, -kTickHeight);
    return path;
}

QPainterPath belowPath()
{
    QPainterPath path;
    path.moveTo(-3, -5);
    path.lineTo(3, -5);
    path.lineTo(0, 0);
    path.closeSubpath();
    return path;
}

std::vector<StepValue> lastOfEach(const std::vector<StepBucket> &buckets)
{
    std::vector<StepValue> line;
    line.reserve(buckets.size());
    for (const StepBucket &bucket : buckets)
        line.push_back(bucket.drawable > 0 ? bucket.last : StepValue{bucket.firstStep, std::numeric_limits<double>::quiet_NaN()});
    return line;
}

}  // namespace

CurvePlot::CurvePlot(QWidget *parent) : QWidget(parent), m_plot(new QCustomPlot(this))
{
    setMouseTracking(true);
    m_plot->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_plot->setFocusPolicy(Qt::NoFocus);
    m_plot->setNoAntialiasingOnDrag(false);
    QCPAxisRect *rect = m_plot->axisRect();
    rect->setMinimumMargins(QMargins(kLeftMargin, kTopMargin, kRightMargin, kBottomMargin));
    m_plot->plotLayout()->setMargins({});
    m_plot->plotLayout()->setRowSpacing(0);
    for (QCPAxis *axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setSubTicks(false);
        axis->setTickLength(0);
        axis->setTickLabelPadding(6);
        axis->setLabelPadding(0);
        axis->setPadding(0);
    }
    // Marks stand on the axis whatever the values are: a second, invisible vertical axis from 0 to 1.
    m_plot->yAxis2->setVisible(false);
    m_plot->yAxis2->setRange(0, 1);
    m_overlay = new PlotOverlay(this);
    applyColors();
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        applyColors();
        draw(m_settings);
    });
}

CurvePlot::~CurvePlot() = default;

void CurvePlot::applyColors()
{
    m_plot->setBackground(QBrush(themeColor(ColorRole::Panel)));
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    for (QCPAxis *axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setTickLabelFont(small);
        axis->setTickLabelColor(themeColor(ColorRole::Muted));
        axis->grid()->setPen(QPen(themeColor(ColorRole::Grid), 1));
        axis->grid()->setZeroLinePen(Qt::NoPen);
        axis->setTickPen(Qt::NoPen);
    }
    m_plot->xAxis->setBasePen(QPen(themeColor(ColorRole::Border), 1));
    m_plot->yAxis->setBasePen(Qt::NoPen);
    m_plot->xAxis->grid()->setVisible(false);
}

void CurvePlot::setCurves(std::vector<PlottedCurve> curves)
{
    m_plot->clearPlottables();
    m_lines.clear();
    for (const PlottedCurve &curve : curves)
        m_lines.push_back({curve, m_plot->addGraph(), nullptr, nullptr});
    for (Lines &lines : m_lines) {  // all strong lines above all faded ones
        lines.strong = m_plot->addGraph();
        lines.below = m_plot->addGraph(m_plot->xAxis, m_plot->yAxis2);
        lines.below->setLineStyle(QCPGraph::lsNone);
        for (QCPGraph *graph : {lines.faded, lines.strong})
            graph->setAdaptiveSampling(false);  // the buckets have done it, and it would close the gaps
    }
    m_notFinite = m_plot->addGraph(m_plot->xAxis, m_plot->yAxis2);
    m_notFinite->setLineStyle(QCPGraph::lsNone);
    m_notFinite->setAntialiasedScatters(false);  // crisp, however thin
}

StepRange CurvePlot::valuesInView(const PlotSettings &settings)
{
    const double infinity = std::numeric_limits<double>::infinity();
    StepRange values{infinity, -infinity};
    const int most = std::max(64, plotArea().width());
    for (Lines &lines : m_lines)
        for (const StepBucket &bucket : lines.curve.track->rawBuckets(settings.steps, most, settings.logScale)) {
            if (bucket.drawable == 0 || bucket.last.step < settings.steps.low || bucket.first.step > settings.steps.high)
                continue;
            values.low = std::min(values.low, bucket.smallest.value);
            values.high = std::max(values.high, bucket.largest.value);
        }
    if (!(values.low <= values.high))
        return settings.logScale ? StepRange{0.1, 1} : StepRange{0, 1};
    if (settings.logScale) {
        const double pad = std::max(std::pow(values.high / values.low, kPadding), 1.05);
        return {values.low / pad, values.high * pad};
    }
    // Quantities of something are shown from zero, so that their changes are seen for what they are.
    const bool fromZero = settings.kind == ValueKind::Bytes || settings.kind == ValueKind::Count || settings.kind == ValueKind::Percent;
    if (fromZero && values.low >= 0)
        values.low = 0;
    if (settings.kind == ValueKind::Percent && values.high <= 100)
        return {0, 104};  // a line at 100 is seen whole
    double pad = kPadding * values.length();
    if (pad <= std::abs(values.high) * 1e-9)
        pad = values.high == 0 ? 1 : std::abs(values.high) * 0.1;
    StepRange padded{values.low - pad, values.high + pad};
    if (values.low >= 0 && (fromZero || padded.low < 0))
        padded.low = std::max(padded.low, 0.0);
    return padded;
}

void CurvePlot::drawAxes(const PlotSettings &settings, StepRange values)
{
    m_plot->xAxis->setRange(settings.steps.low, settings.steps.high);
    m_plot->yAxis->setScaleType(settings.logScale ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    m_plot->yAxis->setRange(values.low, values.high);
    const QRect area = plotArea();
    m_plot->xAxis->setTicker(makeValueTicker(ValueKind::Count, false, std::clamp(area.width() / kPixelsPerTickX, 2, 12), true));
    m_plot->yAxis->setTicker(makeValueTicker(settings.kind, settings.logScale, std::clamp(area.height() / kPixelsPerTickY, 2, kMostTicksY)));
}

void CurvePlot::drawLines(Lines &lines, const PlotSettings &settings, std::vector<double> &notFinite)
{
    CurveTrack &track = *lines.curve.track;
    const int pixels = std::max(64, plotArea().width());
    const std::vector<StepBucket> &raw = track.rawBuckets(settings.steps, pixels, settings.logScale);
    const std::vector<StepValue> every = lineThrough(raw);
    // One smoothed point in two pixels is as many as a line of that width can show.
    const std::vector<StepValue> strong =
        settings.smoothing ? lastOfEach(track.smoothBuckets(settings.steps, std::max(32, pixels / 2), settings.logScale)) : every;

    const QColor color = Theme::instance().curveColor(lines.curve.slot);
    double travel = 0;
    for (std::size_t i = 1; i < strong.size(); ++i) {
        const double distance = std::abs(m_plot->yAxis->coordToPixel(strong[i].value) - m_plot->yAxis->coordToPixel(strong[i - 1].value));
        travel += std::isfinite(distance) ? distance : 0;
    }
    const bool wide = !lines.curve.secondary && travel * static_cast<double>(m_lines.size()) <= kCalmTravel;
    QPen pen(lines.curve.secondary ? faded(color, kSecondary) : color, wide ? kWidePen : 1, Theme::instance().curveStyle(lines.curve.slot));
    pen.setJoinStyle(Qt::RoundJoin);
    pen.setCapStyle(Qt::RoundCap);
    lines.strong->setPen(pen);
    setPoints(lines.strong, strong);
    // A single point has no line: it is a dot.
    const bool alone = track.steps().size() == 1;
    lines.strong->setScatterStyle(alone ? QCPScatterStyle(QCPScatterStyle::ssDisc, color, color, 6) : QCPScatterStyle());

    lines.faded->setVisible(settings.smoothing);
    lines.faded->setAntialiased(every.size() < 2 * static_cast<std::size_t>(pixels));  // dense noise looks no better for it, and costs
    lines.faded->setPen(QPen(faded(color, lines.curve.secondary ? kFadedSecondary : kFadedRaw), 1));
    setPoints(lines.faded, settings.smoothing ? every : std::vector<StepValue>{});

    std::vector<StepValue> below;
    for (const StepBucket &bucket : raw) {
        if (bucket.notFinite > 0)
            notFinite.push_back(bucket.firstStep);
        if (bucket.notPositive > 0)
            below.push_back({bucket.firstStep, 0});
    }
    lines.below->setScatterStyle(QCPScatterStyle(belowPath(), Qt::NoPen, color, 6));
    setPoints(lines.below, below);
}

void CurvePlot::draw(const PlotSettings &settings)
{
    m_settings = settings;
    if (m_lines.empty())
        return;
    drawAxes(settings, valuesInView(settings));
    std::vector<double> notFinite;
    for (Lines &lines : m_lines)
        drawLines(lines, settings, notFinite);
    std::sort(notFinite.begin(), notFinite.end());
    std::vector<StepValue> marks;
    for (const double step : notFinite)
        marks.push_back({step, 0});
    m_notFinite->setScatterStyle(QCPScatterStyle(tickPath(), QPen(themeColor(ColorRole::Error), 2), Qt::NoBrush, 6));
    setPoints(m_notFinite, marks);
    m_plot->replot(QCustomPlot::rpQueuedRefresh);
    m_overlay->update();
}

void CurvePlot::showCursor(double step)
{
    m_overlay->showCursor(step);
}

void CurvePlot::setFocusFrame(bool on)
{
    m_overlay->setFocusFrame(on);
}

std::shared_ptr<QPainter> CurvePlot::makePainter(QPaintDevice *device)
{
    auto painter = std::make_shared<QCPPainter>(device);
    painter->setMode(QCPPainter::pmVectorized);
    return painter;
}

void CurvePlot::paintOn(QPainter &painter, const QRect &place)
{
    painter.save();
    painter.translate(place.topLeft());
    m_plot->toPainter(static_cast<QCPPainter *>(&painter), place.width(), place.height());
    painter.restore();
}

QRect CurvePlot::plotArea() const
{
    return m_plot->axisRect()->rect();
}

double CurvePlot::stepAt(double x) const
{
    return m_plot->xAxis->pixelToCoord(x);
}

QPointF CurvePlot::positionOf(StepValue value) const
{
    return {m_plot->xAxis->coordToPixel(value.step), m_plot->yAxis->coordToPixel(value.value)};
}

StepRange CurvePlot::valueRange() const
{
    return {m_plot->yAxis->range().lower, m_plot->yAxis->range().upper};
}

int CurvePlot::notFiniteMarks() const
{
    return m_notFinite ? m_notFinite->dataCount() : 0;
}

int CurvePlot::belowMarks() const
{
    int marks = 0;
    for (const Lines &lines : m_lines)
        marks += lines.below->dataCount();
    return marks;
}

double CurvePlot::widestPen() const
{
    double widest = 0;
    for (const Lines &lines : m_lines)
        widest = std::max({widest, lines.strong->pen().widthF(), lines.faded->pen().widthF()});
    return widest;
}

void CurvePlot::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton) {
        QWidget::mousePressEvent(event);
        return;
    }
    m_dragging = true;
    m_dragFrom = stepAt(event->position().x());
    event->ignore();  // the chart takes the focus
}

void CurvePlot::mouseMoveEvent(QMouseEvent *event)
{
    const double step = stepAt(event->position().x());
    if (m_dragging && event->buttons().testFlag(Qt::LeftButton))
        emit panned(m_dragFrom - step);
    emit hovered(stepAt(event->position().x()));
}

void CurvePlot::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        m_dragging = false;
}

void CurvePlot::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        emit showAllAsked();
}

void CurvePlot::wheelEvent(QWheelEvent *event)
{
    constexpr double kPerNotch = 0.8, kUnitsPerNotch = 120;
    const int turned = event->angleDelta().y();
    if (turned == 0) {
        event->ignore();
        return;
    }
    emit zoomed(stepAt(event->position().x()), std::pow(kPerNotch, turned / kUnitsPerNotch));
    event->accept();
}

void CurvePlot::leaveEvent(QEvent *)
{
    emit left();
}

void CurvePlot::resizeEvent(QResizeEvent *)
{
    m_plot->setGeometry(rect());
    m_overlay->setGeometry(rect());
    m_overlay->raise();
    emit resized();
}

}  // namespace trainyard::ui
