// A thread that reads counters at an interval and publishes them into a hub.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/telemetry/hub.h"

namespace trainyard {

// What one tick found. Its points carry the same step and time, and go out together when the tick is over.
class CounterSample {
public:
    CounterSample(TelemetryHub &hub, std::int64_t step, std::uint32_t segment);

    // An unknown value is not published, and its series not even declared.
    void add(const SeriesInfo &series, std::optional<double> value);
    void tell(RunEvent event);  // at once; step and time are filled in

    std::int64_t step() const { return m_step; }
    const std::vector<Point> &points() const { return m_points; }

private:
    TelemetryHub &m_hub;
    const std::int64_t m_step;
    const std::uint32_t m_segment;
    const std::int64_t m_timeMs;
    std::vector<Point> m_points;
};

class SamplingThread {
public:
    // tick is called on the thread, first at once, then every interval. hub must outlive this.
    SamplingThread(TelemetryHub &hub, std::chrono::milliseconds interval, std::function<void(CounterSample &)> tick);
    ~SamplingThread() = default;  // stops at once, after a tick that is going on

    // Any thread. The step and segment the next points carry, so that they share the axis of the loss.
    void setStep(std::int64_t step, std::uint32_t segment);

private:
    void loop(const std::stop_token &stop);

    TelemetryHub &m_hub;
    const std::chrono::milliseconds m_interval;
    const std::function<void(CounterSample &)> m_tick;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::int64_t m_step = 0;
    std::uint32_t m_segment = 0;
    std::jthread m_thread;  // last: it is joined before the members above go
};

}  // namespace trainyard
