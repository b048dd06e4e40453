// The engine thread of one run: loads the data, compiles, trains, evaluates, and tells the hub.
//
// Owns the device memory and the executable; knows no SQLite and no disk: checkpoints leave as values through a sink.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/result.h"
#include "engine/backends/backend.h"
#include "engine/data/dataset.h"
#include "engine/graph/graph.h"
#include "engine/program/build.h"
#include "engine/telemetry/hub.h"
#include "engine/train/checkpoint.h"
#include "engine/train/decision_grid.h"
#include "engine/train/start_weights.h"
#include "engine/train/text_sample.h"
#include "engine/train/training_config.h"

namespace trainyard {

enum class TrainState : std::uint8_t { Preparing, Running, Paused, Stopping, Finished, Stopped, Failed };
const char *trainStateName(TrainState state);

// What the status line shows. Unknown numbers are absent, never zero.
struct TrainProgress {
    TrainState state = TrainState::Preparing;
    std::int64_t epoch = 0, epochs = 0;          // epochs finished, of how many; 0: the run's length is in minutes
    std::int64_t step = 0, stepsPerEpoch = 0;    // steps done in all
    std::int64_t steps = 0;                      // of how many; 0: the run's length is in minutes, or not known yet
    double secondsTrained = 0;                   // over all starts, pauses left out
    std::optional<double> secondsPlanned;        // of a run whose length is in minutes
    std::optional<double> trainLoss, validationLoss;
    std::string metricName;                      // the one the best is judged by: "accuracy"
    std::optional<double> trainMetric, validationMetric;
    std::optional<double> bestMetric;            // of the validation part; accuracy and r2: higher, others: lower
    std::int64_t bestStep = 0;                   // where that was
    std::optional<double> testLoss, testMetric;  // once, at the end
    std::optional<double> samplesPerSecond;
    std::optional<double> secondsLeft;
    double learningRate = 0;
    std::uint64_t arenaBytes = 0;
    std::string device;
    std::optional<Error> error;  // with Failed
    // The epoch that is going on, counted from 1; once the run has ended, how many are done.
    std::int64_t epochShown() const { return ended() || epoch == epochs ? epoch : epoch + 1; }
    // How much of its length is done, 0 to 1; absent where that is not known yet.
    std::optional<double> share() const
    {
        if (secondsPlanned)
            return std::min(1.0, secondsTrained / *secondsPlanned);
        return steps > 0 ? std::optional(static_cast<double>(step) / static_cast<double>(steps)) : std::nullopt;
    }
    bool ended() const { return state == TrainState::Finished || state == TrainState::Stopped || state == TrainState::Failed; }
};

// What a run is made of; immutable once handed over.
struct RunFacts;

struct TrainJob {
    std::shared_ptr<const Graph> graph;
    TrainingConfig config;
    std::function<Result<Dataset>()> loadData;               // called on the engine thread
    std::function<Result<Checkpoint>()> loadCheckpoint;      // empty: from the start; called on the engine thread
    // The weights that config.startFrom names; called on the engine thread, of a run from the start alone.
    std::function<Result<StartSource>()> openStart;
    // The best weights kept before this start, where there are any; may be empty. Called on the engine thread, at the end.
    std::function<Result<std::optional<Checkpoint>>()> loadBest;
    // Takes a finished checkpoint; called on the engine thread, must not block.
    std::function<void(std::shared_ptr<const Checkpoint>, std::string reason)> saveCheckpoint;
    // Said to people after the message of an OutOfMemory error: what would fit, who holds the rest. Called on the engine
    // thread, may take its time; empty: nothing more is said.
    std::function<std::string(const DataTypes &)> adviseOnMemory;
    // Called once on the engine thread when everything is compiled, with facts for the run's record.
    std::function<void(const RunFacts &)> onPrepared;
    std::uint32_t segment = 0;  // counts resumes; told with every point
    // Takes what the network has written after an evaluation or when asked; called on the engine thread, must not block.
    std::function<void(const TextSample &)> onSample;
    bool drawDecisions = false;  // whether somebody looks at the pictures of a network of two features
};

struct RunFacts {
    std::int64_t parameters = 0;
    std::uint64_t arenaBytes = 0;
    DataPlacement dataPlacement = DataPlacement::Host;
    std::uint64_t deviceDataBytes = 0;  // of the data set, beside the arena
    std::string deviceId, deviceUuid, deviceName, driver, library, instructionSet;
    Precision precision = Precision::Float32;
    std::vector<std::string> notes;     // what the choice of kernels has to tell
    int threads = 0;
    std::string metricName;  // the one "best" is judged by
    bool higherIsBetter = true;
    std::string startJson;   // what its first weights were taken from, and the match; empty: from the seed
};

class TrainMailbox;  // commands in, progress out

class Trainer {
public:
    // The job is made on the engine thread, first of all: what it takes to make it may wait for the disk there.
    // onProgress is called on the engine thread whenever the progress changes, at most every 100 ms or so; the last
    // one has ended.
    Trainer(std::function<Result<TrainJob>()> makeJob, std::function<void(const TrainProgress &)> onProgress,
            std::shared_ptr<TelemetryHub> hub);
    ~Trainer();  // asks to stop, then joins

    // Commands, taken at the next step edge; any thread.
    void pause();
    void resume();
    void stop();
    void setLearningRate(double rate);
    void requestCheckpoint();
    void sample(const SamplingConfig &settings);  // the network writes something, beside what it writes after evaluations

    std::vector<TextSample> samples(std::size_t from) const;    // since this start, from this one on
    std::shared_ptr<const DecisionGrid> decisionGrid() const;   // the last picture; null: none yet
    TrainProgress progress() const;
    void wait();  // until the engine thread has ended

private:
    std::shared_ptr<TrainMailbox> m_mailbox;
    std::jthread m_thread;
};

}  // namespace trainyard
