// Everything the engine thread of one run owns and does. Constructed, run and destroyed on that thread.
#pragma once

#include <optional>

#include "engine/train/decision_grid.h"
#include "engine/train/epoch_order.h"
#include "engine/train/judge.h"
#include "engine/train/model.h"
#include "engine/train/replay.h"
#include "engine/train/run_report.h"
#include "engine/train/schedules/learning_rate.h"
#include "engine/train/text_sample.h"
#include "engine/train/train_mailbox.h"
#include "engine/train/trainer.h"

namespace trainyard {

class TrainLoop {
public:
    TrainLoop(const std::function<Result<TrainJob>()> &makeJob, TelemetryHub &hub, TrainMailbox &mailbox, std::stop_token stop);

    void run();  // to the end, whatever it is; errors land in the progress

private:
    using Clock = RunReport::Clock;

    Status train();

    // Before the first step (train_loop_prepare.cpp).
    Status prepare();
    Status createModel(const DeviceSettings &settings);
    Status planCourse();
    Status startFrom();
    void tellFacts();
    Status restore(const Checkpoint &checkpoint);

    // Steps.
    Status trainEpoch();                       // or the rest of one; returns early when stopping, and at the run's end
    bool isOver() const;
    Status trainOneStep();
    Status reportWindow(const MetricSums &at);
    // Reports the windows whose sums have come back; with `all`, waits for every one asked for.
    Status takeReports(bool all);
    Status handleCommands();
    void setLearningRate(double rate);
    bool isScheduled() const { return m_job.config.schedule != ScheduleConfig(); }

    // Between steps (train_loop_evaluate.cpp).
    bool isEvaluationDue(bool epochEnds, std::int64_t epochs) const;  // epochs: that have ended by then
    Status finishEpoch();
    Status evaluate(bool trainingIsKnown);
    Status judge(std::span<const MetricResult> results);
    Status evaluateEnd();   // what the last rhythm left out
    Status evaluateTest();
    Status saveCheckpoint(const char *reason);
    Result<std::shared_ptr<const Checkpoint>> makeCheckpoint();

    bool isAskedToStop() const { return m_stop.stop_requested() || m_mailbox.isAskedToStop(); }

    // Looks at the network after an evaluation and on demand (train_loop_look.cpp).
    Status look(bool last);
    Status lookAgain();     // at the step a run goes on from
    Status writeSample(const SamplingConfig &settings);
    Status sampleNow(const SamplingConfig &settings);
    Status drawDecisions(bool last);

    // The error of a run whose numbers are no longer finite, with the layer where that began (train_loop_non_finite.cpp).
    Error explainNonFinite(const Error &error);
    std::string findNonFinite(std::string &layer);

    const std::function<Result<TrainJob>()> &m_makeJob;
    TrainJob m_job;
    TrainMailbox &m_mailbox;
    std::stop_token m_stop;
    RunReport m_report;
    TrainProgress &m_progress;  // the report's

    Dataset m_dataset;
    std::optional<Model> m_model;  // after m_dataset: it reads the bound memory
    std::optional<EpochOrder> m_order;
    std::optional<LearningRate> m_rate;
    std::size_t m_rateMetric = 0;  // the one the schedule follows, where it follows one
    Judge m_judge;
    ReplayLog m_replay;
    std::string m_startJson;    // RunFacts::startJson
    DeviceSettings m_settings;  // what decides the bits, held over resumes
    bool m_stopping = false;
    bool m_paused = false;
    bool m_endedEarly = false;
    bool m_nonFinite = false;  // the run's numbers are lost: the loss, or a weight
    std::int64_t m_stepInEpoch = 0;
    std::int64_t m_reportEvery = 1;
    std::vector<double> m_windowBase;  // sums at the last report
    std::int64_t m_lastFinite = 0;     // steps done at the last report, whose loss was finite
    int m_reportsPending = 0;          // asked for and not taken yet
    std::vector<double> m_lastSums;    // of the latest report taken
    std::int64_t m_evaluatedAt = -1;   // steps done at the last evaluation
    std::vector<MetricResult> m_trainingResults;  // of the last whole epoch, or of the part of one at the run's end
    bool m_isBest = false;             // the last evaluation is the best so far, and its weights are to be kept
    std::shared_ptr<const Checkpoint> m_best;
    std::string m_skippedTold;         // characters of a prompt that a warning has named
    std::shared_ptr<const PlanePoints> m_points;  // of the pictures, once one is made
    Clock::time_point m_pictureAt{};   // when the last one was made, and how long it took
    std::optional<Clock::duration> m_pictureTook;
};

}  // namespace trainyard
