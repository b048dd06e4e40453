#include "engine/api/run_session.h"

#include <future>

#include <nlohmann/json.hpp>

#include "engine/api/gpu_run_meter.h"
#include "engine/api/memory_advice.h"
#include "engine/api/recorder.h"
#include "engine/api/run_json.h"
#include "engine/api/start_file.h"
#include "engine/data/dataset.h"

namespace trainyard {

namespace {

// What a resumed run takes from the history instead of from the project: it goes on as it began, whatever has been
// edited since.
struct StoredRun {
    std::shared_ptr<const Graph> graph;
    DataConfig data;
    TrainingConfig training;
    std::filesystem::path checkpoint, best;  // best: of the best weights; empty where none are kept
    std::uint32_t segment = 0;
    StartFile start;  // of a new run whose weights come from elsewhere
};

std::string configText(const DataConfig &data, const TrainingConfig &training)
{
    return nlohmann::ordered_json{{"training", trainingToJson(training)}, {"data", dataToJson(data)}}.dump();
}

std::string graphText(const Graph &graph)
{
    return nlohmann::ordered_json{{"graph", graphToJson(graph)}, {"layout", layoutToJson(graph)}}.dump();
}

// The length the run is asked to have, where it is another than its settings say.
struct AskedLength {
    std::optional<std::int64_t> epochs, steps;
    bool isAsked() const { return epochs || steps; }
    void applyTo(TrainingConfig &config) const
    {
        if (epochs) {
            config.epochs = *epochs;
            config.length.unit = LengthUnit::Epochs;
        } else if (steps) {
            config.length.steps = *steps;
            config.length.unit = LengthUnit::Steps;
        }
    }
};

Result<StoredRun> readRun(RunStore &store, std::int64_t id, const Project &project, const AskedLength &asked)
{
    TRAINYARD_TRY(const RunRecord record, store.run(id));
    if (isActive(record.state))
        return fail(ErrorCode::InvalidArgument, "Run {} is {} in another process. Stop it there first.", id, runStateName(record.state));
    TRAINYARD_TRY(const auto checkpoint, store.latestCheckpoint(id));
    if (!checkpoint)
        return fail(ErrorCode::NotFound, "Run {} has no checkpoint to resume from. Start it anew.", id);
    StoredRun stored;
    stored.checkpoint = project.folder / checkpoint->path;
    TRAINYARD_TRY(const RunJson json, runJson(record, fmt::format("run {}", id)));
    TRAINYARD_TRY(Graph readGraph, graphFromJson(json.graph, json.layout));
    stored.graph = std::make_shared<const Graph>(std::move(readGraph));
    TRAINYARD_TRY(stored.training, trainingFromJson(json.training));
    TRAINYARD_TRY(stored.data, dataFromJson(json.data));
    asked.applyTo(stored.training);
    const LengthConfig &length = stored.training.length;
    if (length.unit == LengthUnit::Epochs && checkpoint->epoch >= stored.training.epochs)
        return fail(ErrorCode::InvalidArgument, "Run {} has trained {} epochs already, {} are asked for. Ask for more epochs to go on.",
                    id, checkpoint->epoch, stored.training.epochs);
    if (length.unit == LengthUnit::Steps && checkpoint->step >= length.steps)
        return fail(ErrorCode::InvalidArgument, "Run {} has trained {} steps already, {} are asked for. Ask for more steps to go on.",
                    id, checkpoint->step, length.steps);
    TRAINYARD_TRY(const auto checkpoints, store.checkpoints(id));
    for (const CheckpointRecord &one : checkpoints)
        if (one.reason == kBestCheckpoint)
            stored.best = project.folder / one.path;
    TRAINYARD_TRY(const auto series, store.series(id));
    for (const StoredSeries &one : series) {
        if (one.name != "train/loss")
            continue;
        TRAINYARD_TRY(const auto points, store.points(one.id));
        if (!points.segment.empty())
            stored.segment = points.segment.back() + 1;
    }
    return stored;
}

Result<StoredRun> withStart(StoredRun run, const Project &project, RunStore &store)
{
    if (run.training.startFrom.isSet()) {
        TRAINYARD_TRY(run.start, findStartFile(run.training.startFrom, project.folder, &store));
    }
    return run;
}

}  // namespace

RunSession::RunSession(StartRequest request, std::shared_ptr<StoreThread> store, std::shared_ptr<TelemetryHub> hub)
    : m_hub(std::move(hub)), m_store(std::move(store))
{
    const auto project = request.project;
    StoredRun fresh{std::make_shared<const Graph>(project->graph), project->data, project->training, {}, {}, 0, {}};
    const AskedLength asked{request.epochs, request.steps};
    asked.applyTo(fresh.training);
    NewRun row;
    row.name = request.runName;
    row.projectName = project->name;
    row.graphJson = graphText(project->graph);
    row.configJson = configText(fresh.data, fresh.training);
    row.seed = fresh.training.seed;
    row.precision = precisionName(fresh.training.precision);
    m_recorder = std::make_shared<Recorder>(std::move(row), request.resumeRun.value_or(0), project->folder, m_hub);
    m_store->attach(m_recorder);

    // The history is asked first, on the store's thread, and the engine thread waits for the answer; nobody else does.
    // Without a history that can be written there is no run.
    auto found = std::make_shared<std::promise<Result<StoredRun>>>();
    m_store->post(
        [found, fresh, project, resume = request.resumeRun, asked](RunStore &runs) {
            found->set_value(resume ? readRun(runs, *resume, *project, asked) : withStart(fresh, *project, runs));
        },
        [found](const Error &error) { found->set_value(tl::unexpected(error)); });
    const auto makeJob = [this, project, resume = request.resumeRun.has_value(), changed = asked.isAsked(), draw = request.drawDecisions,
                          answer = std::make_shared<std::future<Result<StoredRun>>>(found->get_future())]() -> Result<TrainJob> {
        TRAINYARD_TRY(const StoredRun run, answer->get());
        TrainJob job;
        job.graph = run.graph;
        job.config = run.training;
        job.segment = m_segment = run.segment;
        job.loadData = [data = run.data, folder = project->folder] { return loadDataset(data, folder); };
        if (resume)
            job.loadCheckpoint = [path = run.checkpoint] { return readCheckpoint(path); };
        if (!run.start.file.empty())
            job.openStart = [start = run.start] { return openStart(start); };
        if (!run.best.empty())
            job.loadBest = [path = run.best]() -> Result<std::optional<Checkpoint>> {
                // Gone, or not whole: the run says so and goes on without it.
                auto best = readCheckpoint(path);
                return best ? std::optional<Checkpoint>(std::move(*best)) : std::nullopt;
            };
        if (resume && changed)
            m_recorder->setConfig(configText(run.data, run.training));
        job.saveCheckpoint = [recorder = m_recorder](auto checkpoint, std::string reason) {
            recorder->saveCheckpoint(std::move(checkpoint), std::move(reason));
        };
        job.onSample = [recorder = m_recorder](const TextSample &sample) { recorder->addSample(sample); };
        job.drawDecisions = draw;
        job.adviseOnMemory = [graph = run.graph, config = run.training](const DataTypes &data) { return memoryAdvice(*graph, data, config); };
        job.onPrepared = [this](const RunFacts &facts) {
            m_recorder->prepared(facts);
            if (!facts.deviceUuid.empty())
                m_gpuMeter = std::make_unique<GpuRunMeter>(*m_hub, facts.deviceUuid, facts.arenaBytes + facts.deviceDataBytes);
        };
        return job;
    };
    // From here on m_sampler, m_gpuMeter and m_segment are the engine thread's, until it has been joined.
    m_sampler = std::make_unique<Sampler>(*m_hub);
    const auto onProgress = [this](const TrainProgress &progress) {
        if (progress.ended()) {  // nothing is published after it
            m_sampler.reset();
            if (m_gpuMeter)
                m_recorder->measured(m_gpuMeter->finish());
        } else {
            m_sampler->setStep(progress.step, m_segment);
            if (m_gpuMeter)
                m_gpuMeter->setStep(progress.step, m_segment);
        }
        m_recorder->setProgress(progress);
    };
    m_trainer = std::make_unique<Trainer>(makeJob, onProgress, m_hub);
}

RunSession::~RunSession()
{
    m_trainer.reset();  // stops at a step edge with a checkpoint, then joins
    wait();
}

void RunSession::pause()
{
    m_trainer->pause();
}

void RunSession::resume()
{
    m_trainer->resume();
}

void RunSession::stop()
{
    m_trainer->stop();
}

void RunSession::setLearningRate(double rate)
{
    m_trainer->setLearningRate(rate);
}

void RunSession::saveCheckpoint()
{
    m_trainer->requestCheckpoint();
}

void RunSession::sample(const SamplingConfig &settings)
{
    m_trainer->sample(settings);
}

std::vector<TextSample> RunSession::samples(std::size_t from) const
{
    return m_trainer->samples(from);
}

std::shared_ptr<const DecisionGrid> RunSession::decisionGrid() const
{
    return m_trainer->decisionGrid();
}

TrainProgress RunSession::progress() const
{
    return m_trainer->progress();
}

bool RunSession::finished() const
{
    return m_recorder->done();
}

std::optional<Error> RunSession::historyError() const
{
    return m_recorder->trouble();
}

std::int64_t RunSession::runId() const
{
    return m_recorder->runId();
}

void RunSession::wait()
{
    m_recorder->waitUntilDone();
}

}  // namespace trainyard
