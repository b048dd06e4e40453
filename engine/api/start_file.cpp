#include "engine/api/start_file.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "engine/api/recorder.h"
#include "engine/base/format.h"
#include "engine/base/json_text.h"
#include "engine/storage/run_store.h"

namespace trainyard {

namespace {

Result<StartFile> checkpointOf(const StartFrom &start, const std::filesystem::path &folder, RunStore *store)
{
    if (!store)
        return fail(ErrorCode::NotFound, "There is no run {} to start from: nothing has been trained in this project yet.", start.run);
    TRAINYARD_TRY(const RunRecord run, store->run(start.run));
    TRAINYARD_TRY(const auto all, store->checkpoints(run.id));
    if (all.empty())
        return fail(ErrorCode::NotFound, "Run {} keeps no checkpoint to start from. Choose another run.", start.run);
    const auto best = std::find_if(all.rbegin(), all.rend(), [](const CheckpointRecord &one) { return one.reason == kBestCheckpoint; });
    const bool isBest = !start.latest && best != all.rend();
    // The latest by its step, since the best one may have been written after it; of two of one step the later.
    const auto latest = std::max_element(all.rbegin(), all.rend(), [](const CheckpointRecord &a, const CheckpointRecord &b) { return a.step < b.step; });
    const CheckpointRecord &chosen = isBest ? *best : *latest;
    return StartFile{folder / chosen.path,
                     fmt::format("the {} weights of run {}, step {}", isBest ? "best" : "latest", run.id, formatCount(chosen.step))};
}

}  // namespace

Result<StartFile> findStartFile(const StartFrom &start, const std::filesystem::path &folder, RunStore *store)
{
    TRAINYARD_CHECK(checkStartFrom(start));
    switch (start.kind) {
    case StartKind::Run: return checkpointOf(start, folder, store);
    case StartKind::File: return StartFile{folder / start.file, std::filesystem::path(start.file).filename().string()};  // an absolute path stays
    case StartKind::Fresh: break;
    }
    return fail(ErrorCode::InvalidArgument, "The project starts with fresh weights: no run and no file is named to start from.");
}

Result<StartSource> openStart(const StartFile &file)
{
    TRAINYARD_TRY(WeightSource source, WeightSource::open(file.file));
    return StartSource{std::move(source), file.what};
}

std::string startText(const std::string &environmentJson)
{
    const auto environment = parseJson(environmentJson);
    const auto start = environment.is_object() ? environment.find("start") : environment.end();
    if (start == environment.end() || !start->is_object())
        return {};
    const auto text = [&](const char *key) {
        const auto found = start->find(key);
        return found != start->end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    return text("from") + ": " + text("summary");
}

Result<WeightMatch> matchStart(const Graph &graph, const DataTypes &data, const TrainingConfig &training, const StartFile &file)
{
    TRAINYARD_TRY(const WeightSource source, WeightSource::open(file.file));
    BuildOptions options;  // only the layers' own parameters matter: neither device nor precision changes them
    options.mode = Mode::Evaluate;
    options.batchSize = 1;
    TRAINYARD_TRY(const Program program, buildProgram(graph, data, options));
    return matchWeights(networkTensors(graph, program), source.header(), training.startFrom);
}

}  // namespace trainyard
