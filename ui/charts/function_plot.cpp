#include "ui/charts/function_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <QMouseEvent>

#include <qcustomplot.h>

#include "ui/charts/value_ticker.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kLeftMargin = 44, kTopMargin = 10, kRightMargin = 10, kBottomMargin = 20, kHeight = 112, kWidth = 240;
constexpr int kPixelsPerTickX = 72, kPixelsPerDecade = 48, kPixelsPerTickY = 26;
constexpr double kPadding = 0.08, kFaded = 0.35, kPen = 2, kTouching = 0.6;

struct Range {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    bool isEmpty() const { return !(low <= high); }
    void include(double value)
    {
        low = std::min(low, value);
        high = std::max(high, value);
    }
};

bool isDrawable(double value, bool log)
{
    return std::isfinite(value) && (!log || value > 0);
}

QCPRange padded(Range range, bool log, bool fromZero)
{
    if (range.isEmpty())
        return log ? QCPRange(0.1, 1) : QCPRange(0, 1);
    if (log) {
        const double pad = std::max(std::pow(range.high / range.low, kPadding), 1.05);
        return {range.low / pad, range.high * pad};
    }
    if (fromZero && range.low >= 0)
        return {0, range.high > 0 ? range.high * (1 + kPadding) : 1};
    const double pad = range.high > range.low ? kPadding * (range.high - range.low) : std::max(std::abs(range.high) * 0.1, 1e-12);
    return {range.low - pad, range.high + pad};
}

}  // namespace

FunctionPlot::FunctionPlot(QWidget *parent) : QWidget(parent), m_plot(new QCustomPlot(this))
{
    setMouseTracking(true);
    setMinimumHeight(kHeight);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_plot->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_plot->setFocusPolicy(Qt::NoFocus);
    m_plot->axisRect()->setMinimumMargins(QMargins(kLeftMargin, kTopMargin, kRightMargin, kBottomMargin));
    m_plot->plotLayout()->setMargins({});
    for (QCPAxis *axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setSubTicks(false);
        axis->setTickLength(0);
        axis->setTickLabelPadding(6);
        axis->setLabelPadding(0);
        axis->setPadding(0);
        axis->setTickPen(Qt::NoPen);
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    m_plot->yAxis->setBasePen(Qt::NoPen);
    m_plot->xAxis->grid()->setVisible(false);
    connect(&Theme::instance(), &Theme::changed, this, &FunctionPlot::draw);
    draw();
}

FunctionPlot::~FunctionPlot() = default;

QSize FunctionPlot::sizeHint() const
{
    return {kWidth, kHeight};
}

void FunctionPlot::setCurves(std::vector<FunctionCurve> curves, const FunctionAxes &axes)
{
    m_curves = std::move(curves);
    m_axes = axes;
    draw();
}

void FunctionPlot::setMark(std::optional<double> x, const QString &word)
{
    m_mark = x;
    m_markWord = word;
    draw();
}

void FunctionPlot::drawAxes()
{
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    m_plot->setBackground(QBrush(themeColor(ColorRole::Panel)));
    for (QCPAxis *axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setTickLabelFont(small);
        axis->setTickLabelColor(themeColor(ColorRole::Muted));
        axis->grid()->setPen(QPen(themeColor(ColorRole::Grid), 1));
    }
    m_plot->xAxis->setBasePen(QPen(themeColor(ColorRole::Border), 1));
    Range x, y;
    for (const FunctionCurve &curve : m_curves)
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
            if (!isDrawable(curve.x[i], m_axes.xLog) || !isDrawable(curve.y[i], m_axes.yLog))
                continue;
            x.include(curve.x[i]);
            if (!curve.faded)  // noise behind a line does not set its scale
                y.include(curve.y[i]);
        }
    m_plot->xAxis->setScaleType(m_axes.xLog ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    m_plot->yAxis->setScaleType(m_axes.yLog ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    m_plot->xAxis->setRange(x.isEmpty() ? (m_axes.xLog ? QCPRange(0.1, 1) : QCPRange(0, 1)) : QCPRange(x.low, x.high > x.low ? x.high : x.low + 1));
    m_plot->yAxis->setRange(padded(y, m_axes.yLog, m_axes.yFromZero));
    for (QCPAxis *axis : {m_plot->xAxis, m_plot->yAxis})  // an empty plot has no scale to read
        axis->setTickLabels(!y.isEmpty());
    const int wide = std::max(1, width() - kLeftMargin - kRightMargin), high = std::max(1, height() - kTopMargin - kBottomMargin);
    m_plot->xAxis->setTicker(makeValueTicker(m_axes.xKind, m_axes.xLog, std::clamp(wide / (m_axes.xLog ? kPixelsPerDecade : kPixelsPerTickX), 2, 8), m_axes.xKind == ValueKind::Count));
    m_plot->yAxis->setTicker(makeValueTicker(ValueKind::Plain, m_axes.yLog, std::clamp(high / kPixelsPerTickY, 2, 5)));
}

void FunctionPlot::drawMark()
{
    if (!m_mark || !isDrawable(*m_mark, m_axes.xLog))
        return;
    auto *line = new QCPItemStraightLine(m_plot);  // the plot owns its items
    line->setPen(QPen(themeColor(ColorRole::Good), 1.5));
    line->point1->setCoords(*m_mark, m_plot->yAxis->range().lower);
    line->point2->setCoords(*m_mark, m_plot->yAxis->range().upper);
    auto *word = new QCPItemText(m_plot);
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    word->setFont(small);
    word->setText(m_markWord);
    word->setColor(themeColor(ColorRole::Text));
    word->setBrush(themeColor(ColorRole::Panel));
    word->setPadding(QMargins(3, 1, 3, 1));
    const double share = (m_plot->xAxis->coordToPixel(*m_mark) - kLeftMargin) / std::max(1, width() - kLeftMargin - kRightMargin);
    word->setPositionAlignment(share > kTouching ? Qt::AlignRight | Qt::AlignTop : Qt::AlignLeft | Qt::AlignTop);
    word->position->setTypeX(QCPItemPosition::ptPlotCoords);
    word->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    word->position->setCoords(*m_mark, 0);
}

void FunctionPlot::draw()
{
    m_plot->clearPlottables();
    m_plot->clearItems();
    drawAxes();
    std::stable_sort(m_curves.begin(), m_curves.end(), [](const FunctionCurve &a, const FunctionCurve &b) { return a.faded && !b.faded; });
    for (const FunctionCurve &curve : m_curves) {
        QCPGraph *graph = m_plot->addGraph();
        QColor color = themeColor(ColorRole::Accent);
        color.setAlphaF(curve.faded ? static_cast<float>(kFaded) : 1.0f);
        QPen pen(color, curve.faded ? 1 : kPen);
        pen.setJoinStyle(Qt::RoundJoin);
        graph->setPen(pen);
        graph->setLineStyle(curve.stepped ? QCPGraph::lsStepLeft : QCPGraph::lsLine);
        QVector<QCPGraphData> data;
        data.reserve(static_cast<qsizetype>(curve.x.size()));
        for (std::size_t i = 0; i < curve.x.size(); ++i)
            data.append(QCPGraphData(curve.x[i], isDrawable(curve.y[i], m_axes.yLog) ? curve.y[i] : std::numeric_limits<double>::quiet_NaN()));
        graph->data()->set(data, true);
    }
    drawMark();
    m_plot->replot(QCustomPlot::rpQueuedRefresh);
}

void FunctionPlot::mouseMoveEvent(QMouseEvent *event)
{
    const double x = m_plot->xAxis->pixelToCoord(event->position().x());
    if (m_plot->xAxis->range().contains(x))
        emit hovered(x);
    else
        emit left();
}

void FunctionPlot::leaveEvent(QEvent *)
{
    emit left();
}

void FunctionPlot::resizeEvent(QResizeEvent *)
{
    m_plot->setGeometry(rect());
    draw();
}

}  // namespace trainyard::ui
