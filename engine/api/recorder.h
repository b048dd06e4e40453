// Writes one run's history: points, events and checkpoints, as the hub and the engine hand them over, in one commit
// every quarter of a second. Lives on the store's thread; the engine never waits for it.
#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "engine/api/gpu_run_meter.h"
#include "engine/api/store_thread.h"
#include "engine/telemetry/hub.h"
#include "engine/train/trainer.h"

namespace trainyard {

// The reason of the checkpoint with the best weights: CheckpointRecord::reason.
inline constexpr const char *kBestCheckpoint = "best";

class Recorder : public StoreClient {
public:
    // resumeRun: go on under this run; 0: make a new one. projectFolder holds the checkpoints.
    Recorder(NewRun run, std::int64_t resumeRun, std::filesystem::path projectFolder, std::shared_ptr<TelemetryHub> hub);

    // From the engine thread; never block.
    void prepared(const RunFacts &facts);
    void saveCheckpoint(std::shared_ptr<const Checkpoint> checkpoint, std::string reason);
    void addSample(const TextSample &sample);
    void setConfig(std::string configJson);  // of a resumed run that goes on with other settings
    void measured(const RunMeasurements &measurements);  // before the end is told

    // From whoever watches the trainer: the last progress, and the end when progress.ended(). After the end nothing
    // more may be published.
    void setProgress(const TrainProgress &progress);

    std::int64_t runId() const { return m_runId; }  // any thread; 0: not made yet
    bool done() const override { return m_done; }   // any thread
    void waitUntilDone();
    // After done(): why the end of the run could not be written; empty when it was.
    std::optional<Error> trouble() const;

    void flush(RunStore &store) override;
    void unavailable(const Error &error) override;

private:
    struct PendingCheckpoint {
        std::shared_ptr<const Checkpoint> checkpoint;
        std::string reason;
    };
    // What the other threads have handed over since the last flush.
    struct Inbox {
        std::optional<RunFacts> facts;
        std::optional<std::string> config;
        RunMeasurements measurements;
        std::deque<PendingCheckpoint> checkpoints;
        std::vector<SampleRecord> samples;
        TrainProgress progress;
        bool ended = false;
        std::int64_t preparedMs = 0, endedMs = 0;  // wall clock, when that came; flushes come later
    };

    Status ensureRun(RunStore &store, const Inbox &inbox);
    Status write(RunStore &store, const Inbox &inbox, bool withState);
    Status writePoints(RunStore &store);
    Status writeMeasurements(RunStore &store, const Inbox &inbox);
    Status writeCheckpoints(RunStore &store, Inbox &inbox);
    Status removeOld(RunStore &store, bool best);
    void learnFrom(const Inbox &inbox);
    void reportTrouble(const Error &error);
    void finish();

    NewRun m_run;
    const std::int64_t m_resumeRun;
    const std::filesystem::path m_folder;
    std::shared_ptr<TelemetryHub> m_hub;
    std::shared_ptr<Subscription> m_subscription;

    mutable std::mutex m_mutex;  // guards these two
    Inbox m_inbox;
    std::optional<Error> m_trouble;
    std::atomic<std::int64_t> m_runId = 0;
    std::atomic<bool> m_done = false;

    // Store thread only.
    bool m_runMade = false;
    std::string m_bestSeries;
    std::vector<Point> m_points;        // not committed yet; kept and tried again when the disk refuses
    std::vector<RunEvent> m_events;
    std::vector<SampleRecord> m_samples;
    std::map<std::uint32_t, std::int64_t> m_seriesIds;
    std::optional<RunState> m_state;
    bool m_inTrouble = false, m_learned = false;
    int m_failuresAfterEnd = 0;
};

}  // namespace trainyard
