// What a run tells while it goes on: points and events to the hub, the progress to the mailbox, and the clock behind
// speed and time left. Engine thread.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "engine/backends/backend.h"
#include "engine/telemetry/hub.h"
#include "engine/train/judge.h"
#include "engine/train/train_mailbox.h"

namespace trainyard {

class RunReport {
public:
    using Clock = std::chrono::steady_clock;

    RunReport(TelemetryHub &hub, TrainMailbox &mailbox) : m_hub(hub), m_mailbox(mailbox) {}

    TrainProgress progress;  // as it will be told

    // segment: told with every point; secondsBefore: trained before this start.
    void begin(std::uint32_t segment, std::int64_t rowsPerStep) { m_segment = segment, m_rowsPerStep = rowsPerStep; }
    void setSecondsBefore(double seconds) { m_secondsBefore = seconds; }

    void announce(EventKind kind, EventLevel level, std::string text);
    void message(std::string text) { announce(EventKind::Message, EventLevel::Info, std::move(text)); }
    void point(const std::string &series, const char *unit, double value) { pointAt(progress.step, series, unit, value); }
    void pointAt(std::int64_t step, const std::string &series, const char *unit, double value);
    void metrics(const char *part, std::span<const MetricResult> metrics);

    // One step has taken so long, with all that was done around it.
    void stepTook(Clock::duration duration);
    void stepTimes(const StepTimes &times) { m_stepTimes.push_back(times); }
    double secondsTrained() const;  // over all starts, pauses left out

    // Tells the progress, not too often unless forced.
    void tell(bool force);

private:
    void publishStepTimes();

    TelemetryHub &m_hub;
    TrainMailbox &m_mailbox;
    std::uint32_t m_segment = 0;
    std::int64_t m_rowsPerStep = 1;
    double m_secondsBefore = 0;
    std::vector<StepTimes> m_stepTimes;  // since they were published last
    Clock::time_point m_told{};
    Clock::duration m_active{};          // time spent training since this start
    std::int64_t m_steps = 0;            // since this start
    Clock::duration m_activeAtRate{};    // when the speed was measured last
    std::int64_t m_stepsAtRate = 0;
};

}  // namespace trainyard
