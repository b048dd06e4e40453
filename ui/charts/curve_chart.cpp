#include "ui/charts/curve_chart.h"

#include <algorithm>
#include <cmath>

#include <QFile>
#include <QKeyEvent>
#include <QVBoxLayout>

#include "engine/base/format.h"
#include "ui/charts/curve_chart_private.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kDrawEveryMs = 100;
constexpr int kMinimumWidth = 240, kMinimumPlotHeight = 112;
constexpr double kNearestSteps = 4;  // the closest view
constexpr double kNoStep = std::numeric_limits<double>::quiet_NaN();
constexpr double kKeyZoom = 0.8;

}  // namespace

CurveChart::CurveChart(const QString &title, const QString &emptyText, QWidget *parent)
    : QWidget(parent), d(std::make_unique<Private>(*this))
{
    d->title = title;
    d->card = new Card(title);
    d->legend = new ChartLegend;
    d->empty = new QLabel(emptyText);
    d->empty->setProperty("muted", true);
    d->empty->setAlignment(Qt::AlignCenter);
    d->empty->setWordWrap(true);
    d->empty->setMargin(kSpaceL);
    d->plot = new CurvePlot;
    d->plot->setObjectName(QStringLiteral("plot"));
    auto *area = new QWidget;
    area->setMinimumHeight(kMinimumPlotHeight);
    d->stack = new QStackedLayout(area);
    d->stack->addWidget(d->empty);
    d->stack->addWidget(d->plot);
    d->card->content()->setSpacing(kSpaceXs);
    d->card->content()->addWidget(d->legend);
    d->card->content()->addWidget(area, 1);
    d->legend->hide();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(d->card);
    setMinimumWidth(kMinimumWidth);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Chart: %1").arg(title));

    d->timer.setSingleShot(true);
    connect(&d->timer, &QTimer::timeout, this, [this] { d->draw(); });
    connect(d->plot, &CurvePlot::hovered, this, [this](double step) { d->moveCursor(step); });
    connect(d->plot, &CurvePlot::left, this, [this] { d->moveCursor(kNoStep); });
    connect(d->plot, &CurvePlot::zoomed, this, [this](double around, double factor) { d->zoom(around, factor); });
    connect(d->plot, &CurvePlot::panned, this, [this](double by) { d->pan(by); });
    connect(d->plot, &CurvePlot::showAllAsked, this, [this] { d->setView(std::nullopt); });
    connect(d->plot, &CurvePlot::resized, this, [this] { d->schedule(0); });
}

CurveChart::~CurveChart()
{
    if (d->group)
        d->group->remove(this);
}

void CurveChart::setCurves(std::vector<ChartCurve> curves)
{
    // The earlier points may be gone by now: nothing of them is touched.
    d->curves = std::move(curves);
    d->tracks.clear();
    d->tracks.reserve(d->curves.size());
    std::vector<PlottedCurve> plotted;
    for (const ChartCurve &curve : d->curves) {
        d->tracks.emplace_back(curve.points).setSmoothing(d->smoothing);
        plotted.push_back({&d->tracks.back(), curve.slot, curve.secondary});
    }
    d->plot->setCurves(std::move(plotted));
    d->legend->setVisible(d->curves.size() > 1);
    d->follow();
    d->showEmptiness();
    d->showValues();
    d->schedule(0);
}

void CurveChart::refresh()
{
    d->showEmptiness();
    d->schedule(kDrawEveryMs);
}

void CurveChart::setLogScale(bool on)
{
    if (d->logScale == on)
        return;
    d->logScale = on;
    d->schedule(0);
    emit logScaleChanged(on);
}

bool CurveChart::logScale() const
{
    return d->logScale;
}

void CurveChart::setSmoothing(double weight)
{
    if (d->smoothing == weight)
        return;
    d->smoothing = weight;
    for (CurveTrack &track : d->tracks)
        track.setSmoothing(weight);
    d->schedule(0);
}

void CurveChart::setTitle(const QString &title)
{
    d->title = title;
    d->card->setTitle(title);
    setAccessibleName(tr("Chart: %1").arg(title));
    d->showValues();
    d->schedule(0);
}

QString CurveChart::title() const
{
    return d->title;
}

bool CurveChart::hasPoints() const
{
    return std::any_of(d->curves.begin(), d->curves.end(), [](const ChartCurve &curve) { return !curve.points->empty(); });
}

bool CurveChart::exportTo(const QString &path)
{
    PictureFormat format;
    if (!hasPoints() || !pictureFormatOf(path, format))
        return false;
    d->draw();
    const QByteArray content = renderPicture(d->picture(), format);
    QFile file(path);
    return !content.isEmpty() && file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.flush();
}

void CurveChart::keyPressEvent(QKeyEvent *event)
{
    const StepRange view = d->view();
    const double around = std::isnan(d->cursor) ? (view.low + view.high) / 2 : d->cursor;
    switch (event->key()) {
    case Qt::Key_L: setLogScale(!d->logScale); break;
    case Qt::Key_Home: d->setView(std::nullopt); break;
    case Qt::Key_Plus:
    case Qt::Key_Equal: d->zoom(around, kKeyZoom); break;
    case Qt::Key_Minus: d->zoom(around, 1 / kKeyZoom); break;
    case Qt::Key_Left: d->stepCursor(-1); break;
    case Qt::Key_Right: d->stepCursor(1); break;
    default: QWidget::keyPressEvent(event); return;
    }
    event->accept();
}

void CurveChart::focusInEvent(QFocusEvent *event)
{
    const auto reason = event->reason();
    d->plot->setFocusFrame(reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason || reason == Qt::ShortcutFocusReason);
}

void CurveChart::focusOutEvent(QFocusEvent *)
{
    d->plot->setFocusFrame(false);
}

void CurveChart::showEvent(QShowEvent *)
{
    if (d->dirty)
        d->schedule(0);
}

void CurveChart::Private::schedule(int waitMs)
{
    dirty = true;
    if (!q.isVisible())
        return;
    const qint64 passed = sinceDrawn.isValid() ? sinceDrawn.elapsed() : kDrawEveryMs;
    const int wait = waitMs > 0 ? static_cast<int>(std::clamp<qint64>(waitMs - passed, 0, waitMs)) : 0;
    if (!timer.isActive() || timer.remainingTime() > wait)
        timer.start(wait);
}

void CurveChart::Private::follow()
{
    for (CurveTrack &track : tracks)
        track.follow();
}

void CurveChart::Private::draw()
{
    timer.stop();
    dirty = false;
    follow();
    showEmptiness();
    showValues();
    if (group) {
        // Longer than before: the others follow, so that one place is one step in all of them.
        const StepRange all = group->allSteps();
        if (!(all == group->m_lastAll)) {
            group->m_lastAll = all;
            if (!group->m_view)
                for (CurveChart *chart : group->m_charts)
                    if (chart != &q)
                        chart->d->schedule(kDrawEveryMs);
        }
    }
    if (q.hasPoints())
        plot->draw({view(), logScale, smoothing > 0, kind()});
    sinceDrawn.start();
}

void CurveChart::Private::showEmptiness()
{
    QWidget *shown = q.hasPoints() ? static_cast<QWidget *>(plot) : empty;
    if (stack->currentWidget() != shown)
        stack->setCurrentWidget(shown);
}

ValueKind CurveChart::Private::kind() const
{
    for (std::size_t i = 0; i < tracks.size(); ++i)
        if (!tracks[i].empty())
            return valueKindOf(tracks[i].unit(), title);
    return ValueKind::Plain;
}

void CurveChart::Private::showValues()
{
    std::vector<ChartLegend::Entry> entries;
    QString head;
    bool headIsPrimary = false;
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        const CurveTrack &track = tracks[i];
        std::optional<StepValue> point;
        if (!track.empty())
            point = std::isnan(cursor) ? track.last() : track.nearest(cursor);
        ChartLegend::Entry entry{curves[i].label, {}, curves[i].slot, curves[i].secondary, false};
        if (point) {
            entry.value = valueText(point->value, valueKindOf(track.unit(), title), track.unit());
            entry.wrong = !std::isfinite(point->value);
            // The head speaks for the first curve that is not in the background, else for the first of all.
            if (head.isEmpty() || (!headIsPrimary && !curves[i].secondary)) {
                head = entry.value;
                headIsPrimary = !curves[i].secondary;
            }
        }
        entries.push_back(std::move(entry));
    }
    if (!std::isnan(cursor) && !tracks.empty() && q.hasPoints()) {
        const QString step = tr("step %1").arg(QString::fromStdString(formatCount(std::llround(cursor))));
        head = tracks.size() == 1 && !head.isEmpty() ? step + QStringLiteral("  ") + head : step;
    }
    legend->setEntries(std::move(entries));
    if (head != headValue) {
        headValue = head;
        card->setValue(head);
        q.setAccessibleDescription(head);
    }
}

std::optional<StepRange> CurveChart::Private::ownSteps() const
{
    std::optional<StepRange> all;
    for (const CurveTrack &track : tracks)
        if (const auto steps = track.range())
            all = all ? StepRange{std::min(all->low, steps->low), std::max(all->high, steps->high)} : *steps;
    return all;
}

StepRange CurveChart::Private::allSteps() const
{
    StepRange all = group ? group->allSteps() : ownSteps().value_or(StepRange{});
    if (all.length() < 1)
        all.high = all.low + 1;
    return all;
}

std::optional<StepRange> CurveChart::Private::zoomedView() const
{
    return group ? group->m_view : ownView;
}

void CurveChart::Private::setView(std::optional<StepRange> view)
{
    if (group) {
        group->setView(view);
    } else {
        ownView = view;
        schedule(0);
    }
}

void CurveChart::Private::zoom(double around, double factor)
{
    const StepRange all = allSteps(), now = view();
    const double length = std::max(now.length() * factor, std::min(kNearestSteps, all.length()));
    if (length >= all.length()) {
        setView(std::nullopt);
        return;
    }
    const double share = std::clamp((around - now.low) / now.length(), 0.0, 1.0);
    const double low = std::clamp(around - share * length, all.low, all.high - length);
    setView(StepRange{low, low + length});
}

void CurveChart::Private::pan(double by)
{
    const auto now = zoomedView();
    if (!now)
        return;  // everything is in sight
    const StepRange all = allSteps();
    const double low = std::clamp(now->low + by, all.low, std::max(all.low, all.high - now->length()));
    setView(StepRange{low, low + now->length()});
}

void CurveChart::Private::moveCursor(double step)
{
    // On a measured step of the first curve in front, where there is one near.
    if (!std::isnan(step)) {
        const StepRange now = view();
        step = std::clamp(step, now.low, now.high);
        std::optional<StepValue> snapped;
        for (std::size_t i = 0; i < tracks.size() && !snapped; ++i)
            if (!curves[i].secondary)
                snapped = tracks[i].nearest(step);
        for (std::size_t i = 0; i < tracks.size() && !snapped; ++i)
            snapped = tracks[i].nearest(step);
        if (snapped)
            step = snapped->step;
    }
    if (group)
        group->moveCursor(step);
    else
        showCursor(step);
}

void CurveChart::Private::showCursor(double step)
{
    if (step == cursor || (std::isnan(step) && std::isnan(cursor)))
        return;
    cursor = step;
    plot->showCursor(step);
    showValues();
}

void CurveChart::Private::stepCursor(int direction)
{
    const StepRange now = view();
    if (std::isnan(cursor)) {
        moveCursor(direction > 0 ? now.low : now.high);
        return;
    }
    std::optional<double> next;
    for (const CurveTrack &track : tracks) {
        const std::vector<double> &steps = track.steps();
        const auto at = direction > 0 ? std::upper_bound(steps.begin(), steps.end(), cursor) : std::lower_bound(steps.begin(), steps.end(), cursor);
        if (direction > 0 ? at == steps.end() : at == steps.begin())
            continue;
        const double step = direction > 0 ? *at : *(at - 1);
        if (!next || (direction > 0 ? step < *next : step > *next))
            next = step;
    }
    if (next && group)
        group->moveCursor(*next);
    else if (next)
        showCursor(*next);
}

ChartPicture CurveChart::Private::picture()
{
    return {title, headValue, curves.size() > 1 ? legend : nullptr, plot};
}

}  // namespace trainyard::ui
