#include "engine/train/run_report.h"

#include <algorithm>

namespace trainyard {

namespace {

constexpr auto kTellEvery = std::chrono::milliseconds(100);
constexpr auto kRateEvery = std::chrono::milliseconds(1000);

double seconds(std::chrono::steady_clock::duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

void RunReport::announce(EventKind kind, EventLevel level, std::string text)
{
    m_hub.publish(RunEvent{kind, level, progress.step, progress.epoch, wallClockMs(), std::move(text)});
}

void RunReport::pointAt(std::int64_t step, const std::string &series, const char *unit, double value)
{
    m_hub.publish(Point{m_hub.declare({series, unit}), m_segment, step, wallClockMs(), value});
}

void RunReport::metrics(const char *part, std::span<const MetricResult> metrics)
{
    for (const MetricResult &metric : metrics)
        if (metric.measured)
            point(fmt::format("{}/{}", part, metric.name), "", metric.value);
}

void RunReport::stepTook(Clock::duration duration)
{
    m_active += duration;
    ++m_steps;
}

double RunReport::secondsTrained() const
{
    return m_secondsBefore + seconds(m_active);
}

void RunReport::tell(bool force)
{
    const auto now = Clock::now();
    if (!force && now - m_told < kTellEvery)
        return;
    m_told = now;
    if (m_active - m_activeAtRate >= kRateEvery || (!progress.samplesPerSecond && m_active > kTellEvery)) {
        progress.samplesPerSecond = static_cast<double>((m_steps - m_stepsAtRate) * m_rowsPerStep) / seconds(m_active - m_activeAtRate);
        m_activeAtRate = m_active;
        m_stepsAtRate = m_steps;
        point("throughput/samples", "samples/s", *progress.samplesPerSecond);
        publishStepTimes();
    }
    if (!progress.ended()) {
        progress.secondsTrained = secondsTrained();
        if (progress.secondsPlanned)
            progress.secondsLeft = std::max(0.0, *progress.secondsPlanned - progress.secondsTrained);
        else if (m_steps > 0 && progress.steps > 0)
            progress.secondsLeft = seconds(m_active) / static_cast<double>(m_steps) * static_cast<double>(progress.steps - progress.step);
    }
    m_mailbox.setProgress(progress);
}

// The means of the steps measured since the last time; what was never measured has no series.
void RunReport::publishStepTimes()
{
    constexpr struct {
        const char *series;
        std::optional<double> StepTimes::*time;
    } kParts[] = {{"step/data_wait", &StepTimes::dataWaitMs}, {"step/copy", &StepTimes::copyMs},
                  {"step/forward", &StepTimes::forwardMs},    {"step/backward", &StepTimes::backwardMs},
                  {"step/update", &StepTimes::updateMs},      {"step/host_gap", &StepTimes::hostGapMs}};
    for (const auto &part : kParts) {
        double sum = 0;
        std::int64_t count = 0;
        for (const StepTimes &times : m_stepTimes)
            if (const auto &milliseconds = times.*part.time) {
                sum += *milliseconds;
                ++count;
            }
        if (count > 0)
            point(part.series, "ms", sum / static_cast<double>(count));
    }
    m_stepTimes.clear();
}

}  // namespace trainyard
