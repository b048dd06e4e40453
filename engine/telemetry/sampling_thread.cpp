#include "engine/telemetry/sampling_thread.h"

#include <utility>

namespace trainyard {

CounterSample::CounterSample(TelemetryHub &hub, std::int64_t step, std::uint32_t segment)
    : m_hub(hub), m_step(step), m_segment(segment), m_timeMs(wallClockMs())
{
}

void CounterSample::add(const SeriesInfo &series, std::optional<double> value)
{
    if (value)
        m_points.push_back({m_hub.declare(series), m_segment, m_step, m_timeMs, *value});
}

void CounterSample::tell(RunEvent event)
{
    event.step = m_step;
    event.timeMs = m_timeMs;
    m_hub.publish(event);
}

SamplingThread::SamplingThread(TelemetryHub &hub, std::chrono::milliseconds interval, std::function<void(CounterSample &)> tick)
    : m_hub(hub), m_interval(interval), m_tick(std::move(tick)), m_thread([this](const std::stop_token &stop) { loop(stop); })
{
}

void SamplingThread::setStep(std::int64_t step, std::uint32_t segment)
{
    const std::lock_guard lock(m_mutex);
    m_step = step;
    m_segment = segment;
}

void SamplingThread::loop(const std::stop_token &stop)
{
    while (!stop.stop_requested()) {
        std::unique_lock lock(m_mutex);
        CounterSample sample(m_hub, m_step, m_segment);
        lock.unlock();
        m_tick(sample);
        m_hub.publish(sample.points());

        lock.lock();
        m_wake.wait_for(lock, stop, m_interval, [] { return false; });
    }
}

}  // namespace trainyard
