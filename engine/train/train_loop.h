// Everything the engine thread of one run owns and does. Constructed, run and destroyed on that thread.
#pragma once

#include <chrono>
#include <optional>

#include "engine/train/epoch_order.h"
#include "engine/train/model.h"
#include "engine/train/train_mailbox.h"
#include "engine/train/trainer.h"

namespace trainyard {

class TrainLoop {
public:
    TrainLoop(const std::function<Result<TrainJob>()> &makeJob, TelemetryHub &hub, TrainMailbox &mailbox, std::stop_token stop);

    void run();  // to the end, whatever it is; errors land in the progress

private:
    using Clock = std::chrono::steady_clock;

    Status train();
    Status prepare();
    Status restore(const Checkpoint &checkpoint);
    Status trainEpoch();                       // or the rest of one; returns early when stopping
    Status finishEpoch(std::span<const double> sums);
    Status reportWindow(const MetricSums &at);
    // Reports the windows whose sums have come back; with `all`, waits for every one asked for.
    Status takeReports(bool all);
    Status createModel(const DeviceSettings &settings);
    void publishStepTimes();
    Status evaluateTest();
    Status handleCommands();
    Status saveCheckpoint(const char *reason);

    void announce(EventKind kind, EventLevel level, std::string text);
    void publishPoint(const std::string &series, const char *unit, double value);
    void publishPointAt(std::int64_t step, const std::string &series, const char *unit, double value);
    void publishMetrics(const char *part, std::span<const MetricResult> metrics);
    void updateProgress(bool force);
    void keepBest();

    const std::function<Result<TrainJob>()> &m_makeJob;
    TrainJob m_job;
    TelemetryHub &m_hub;
    TrainMailbox &m_mailbox;
    std::stop_token m_stop;

    Dataset m_dataset;
    std::optional<Model> m_model;  // after m_dataset: it reads the bound memory
    std::optional<EpochOrder> m_order;
    TrainProgress m_progress;
    DeviceSettings m_settings;  // what decides the bits, held over resumes
    std::optional<double> m_bestMetric;
    std::size_t m_bestIndex = 0;  // which metric "best" is judged by
    bool m_higherIsBetter = true;
    bool m_stopping = false;
    bool m_paused = false;
    std::int64_t m_stepInEpoch = 0;
    std::int64_t m_reportEvery = 1;
    std::vector<double> m_windowBase;  // sums at the last report
    int m_reportsPending = 0;          // asked for and not taken yet
    std::vector<double> m_lastSums;    // of the latest report taken
    std::vector<StepTimes> m_stepTimes;  // since they were published last
    Clock::time_point m_lastProgress{};
    Clock::duration m_active{};        // time spent training since this start, pauses left out
    std::int64_t m_stepsThisStart = 0;
    Clock::duration m_activeAtRate{};
    std::int64_t m_stepsAtRate = 0;
};

}  // namespace trainyard
