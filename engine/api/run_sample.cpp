#include "engine/api/run_sample.h"

#include <nlohmann/json.hpp>

#include "engine/api/recorder.h"
#include "engine/api/run_json.h"
#include "engine/train/model.h"

namespace trainyard {

namespace {

Result<std::int64_t> newestWithCheckpoint(RunStore &store)
{
    TRAINYARD_TRY(const auto runs, store.runs());
    for (const RunRecord &run : runs) {
        TRAINYARD_TRY(const auto checkpoint, store.latestCheckpoint(run.id));
        if (checkpoint)
            return run.id;
    }
    return fail(ErrorCode::NotFound, "No run of this project has a checkpoint yet. Train it first.");
}

Result<CheckpointRecord> findCheckpoint(RunStore &store, std::int64_t run, bool best)
{
    TRAINYARD_TRY(const auto checkpoints, store.checkpoints(run));
    for (auto one = checkpoints.rbegin(); one != checkpoints.rend(); ++one)
        if (!best || one->reason == kBestCheckpoint)
            return *one;
    if (best)
        return fail(ErrorCode::NotFound, "Run {} has not kept its best weights. Take its latest ones, or train with best weights kept.", run);
    return fail(ErrorCode::NotFound, "Run {} has no checkpoint to write from.", run);
}

}  // namespace

Result<RunSample> sampleFromRun(const Project &project, RunStore &store, const RunSampleRequest &request)
{
    RunSample result;
    if (request.run) {
        result.run = *request.run;
    } else {
        TRAINYARD_TRY(result.run, newestWithCheckpoint(store));
    }
    TRAINYARD_TRY(const RunRecord record, store.run(result.run));
    TRAINYARD_TRY(const CheckpointRecord found, findCheckpoint(store, result.run, request.best));
    TRAINYARD_TRY(const RunJson json, runJson(record, fmt::format("run {}", result.run)));
    TRAINYARD_TRY(const Graph graph, graphFromJson(json.graph, nlohmann::ordered_json::object()));
    TRAINYARD_TRY(TrainingConfig training, trainingFromJson(json.training));
    TRAINYARD_TRY(const DataConfig data, dataFromJson(json.data));
    if (request.change)
        request.change(training.sampling);
    training.sampling.on = true;
    TRAINYARD_CHECK(checkSampling(training.sampling));
    training.device = request.device.value_or(training.device);

    TRAINYARD_TRY(const Dataset dataset, loadDataset(data, project.folder));
    TRAINYARD_TRY(const Checkpoint checkpoint, readCheckpoint(project.folder / found.path));
    DeviceSettings settings = deviceSettingsOf(training);
    settings.threads = checkpoint.threads;
    settings.instructionSet = checkpoint.instructionSet;
    settings.choices = checkpoint.kernelChoices;
    TRAINYARD_TRY(Model model, Model::create(graph, dataset, training, settings));
    if (model.lookKind() != ProbeKind::TextSample)
        return fail(ErrorCode::InvalidArgument, "Run {} learns no text: its network does not say which token comes next.", result.run);
    TRAINYARD_CHECK(model.restore(checkpoint.tensors));
    TRAINYARD_TRY(result.sample, sampleText(model, dataset, training.sampling, request.cancelled));
    result.sample.step = checkpoint.step;
    result.sample.epoch = checkpoint.epoch;
    return result;
}

}  // namespace trainyard
