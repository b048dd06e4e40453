// One run, from Start to its last state: an engine thread that trains, a recorder on the store's thread, a sampler of
// the machine's counters, and the hub that everybody watches. The desktop and the command line both use this alone.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/api/project.h"
#include "engine/api/store_thread.h"
#include "engine/storage/run_store.h"
#include "engine/telemetry/hub.h"
#include "engine/telemetry/host_sampler.h"
#include "engine/train/trainer.h"

namespace trainyard {

struct StartRequest {
    std::shared_ptr<const Project> project;  // saved: folder is set
    std::string runName;                     // empty: "<project> <n>"
    std::optional<std::int64_t> resumeRun;   // go on from this run's latest checkpoint, under the same run
    std::optional<std::int64_t> epochs;      // so many in all, instead of the project's length
    std::optional<std::int64_t> steps;       // the same in steps
    bool drawDecisions = false;              // somebody looks at decisionGrid()
};

class GpuRunMeter;
class Recorder;

class RunSession {
public:
    // Returns at once: the data are loaded and the program is compiled on the engine thread; what goes wrong there
    // ends the run as failed, with the error in progress(). Who has subscribed to the hub hears all of it, from the first event on.
    RunSession(StartRequest request, std::shared_ptr<StoreThread> store, std::shared_ptr<TelemetryHub> hub = std::make_shared<TelemetryHub>());
    ~RunSession();  // stops at a step edge, saves, waits for the engine thread

    void pause();
    void resume();
    void stop();  // at the next step edge, with a checkpoint
    void setLearningRate(double rate);
    void saveCheckpoint();
    void sample(const SamplingConfig &settings);  // of a network that learns a text; into the record, too

    std::vector<TextSample> samples(std::size_t from) const;   // since this start, from this one on; any thread
    std::shared_ptr<const DecisionGrid> decisionGrid() const;  // of a network of two features: its last picture; null: none yet

    TrainProgress progress() const;  // a snapshot; any thread, never waits for the engine
    bool finished() const;           // nothing more will be published or written
    // After finished(): why the last of the run could not be written; empty when all of it was.
    std::optional<Error> historyError() const;
    std::int64_t runId() const;      // 0 until the recorder has made the row
    void wait();                     // until finished(); for programs without an event loop

private:
    std::shared_ptr<TelemetryHub> m_hub;
    std::shared_ptr<StoreThread> m_store;
    std::shared_ptr<Recorder> m_recorder;
    std::unique_ptr<Sampler> m_sampler;  // from the first thought of training to its end: the engine thread's from then on
    std::unique_ptr<GpuRunMeter> m_gpuMeter;  // engine thread; of a run on a GPU
    std::uint32_t m_segment = 0;              // engine thread
    std::unique_ptr<Trainer> m_trainer;
};

}  // namespace trainyard
