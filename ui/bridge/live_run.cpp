#include "ui/bridge/live_run.h"

#include <chrono>

#include "ui/bridge/background.h"

namespace trainyard::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kLookEvery = 33ms;
constexpr std::size_t kWaitingPoints = std::size_t{1} << 16;

}  // namespace

LiveRun::LiveRun(QObject *parent) : QObject(parent)
{
    m_timer.setInterval(kLookEvery);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &LiveRun::look);
}

LiveRun::~LiveRun() = default;

void LiveRun::start(std::shared_ptr<const Project> project, std::shared_ptr<StoreThread> store, std::optional<std::int64_t> resumeRun)
{
    if (isActive())
        return;
    m_projectName = QString::fromStdString(project->name);
    m_curves.clear();
    m_events.clear();
    m_series.clear();
    m_samples.clear();
    m_grid.reset();
    m_progress = {};
    m_runId = 0;
    m_hasRun = true;
    const auto hub = std::make_shared<TelemetryHub>();
    m_subscription = hub->subscribe(kWaitingPoints);
    m_session = std::make_unique<RunSession>(StartRequest{std::move(project), {}, resumeRun, {}, {}, true}, std::move(store), hub);
    m_timer.start();
    emit started();
    emit progressChanged();
    emit samplesChanged();
    emit decisionGridChanged();
}

void LiveRun::pause()
{
    if (m_session)
        m_session->pause();
}

void LiveRun::resume()
{
    if (m_session)
        m_session->resume();
}

void LiveRun::stop()
{
    if (m_session)
        m_session->stop();
}

void LiveRun::setLearningRate(double rate)
{
    if (m_session)
        m_session->setLearningRate(rate);
}

void LiveRun::saveCheckpoint()
{
    if (m_session)
        m_session->saveCheckpoint();
}

void LiveRun::sample(const SamplingConfig &settings)
{
    if (m_session)
        m_session->sample(settings);
}

void LiveRun::look()
{
    // Asked before draining: what was published before the end is then in the drained lists.
    const bool finished = m_session->finished();
    m_progress = m_session->progress();
    if (m_runId == 0 && m_session->runId() != 0) {
        m_runId = m_session->runId();
        emit runIdKnown(m_runId);
    }
    std::vector<TextSample> samples = m_session->samples(m_samples.size());
    m_samples.insert(m_samples.end(), std::make_move_iterator(samples.begin()), std::make_move_iterator(samples.end()));
    const auto before = std::exchange(m_grid, m_session->decisionGrid());
    const bool redrawn = m_grid != before;
    m_points.clear();
    m_subscription->drainPoints(m_points);
    if (m_series.size() != m_subscription->seriesCount())
        m_series = m_subscription->series();
    for (const Point &point : m_points) {
        const SeriesInfo &info = m_series[point.series];
        CurvePoints &curve = m_curves[QString::fromStdString(info.name)];
        curve.unit = QString::fromStdString(info.unit);
        curve.append(static_cast<double>(point.step), point.timeMs, point.segment, point.value);
    }
    m_newEvents.clear();
    m_subscription->drainEvents(m_newEvents);
    m_events.insert(m_events.end(), m_newEvents.begin(), m_newEvents.end());
    if (finished) {
        m_timer.stop();
        m_subscription.reset();
        // Everything is written, but its threads have yet to be joined: not here.
        releaseInBackground(std::shared_ptr<RunSession>(std::move(m_session)));
    }

    emit progressChanged();
    if (!m_points.empty())
        emit curvesChanged();
    if (!samples.empty())
        emit samplesChanged();
    if (redrawn)
        emit decisionGridChanged();
    for (const RunEvent &event : m_newEvents)
        emit eventArrived(event);
    if (finished)
        emit ended();
}

}  // namespace trainyard::ui
