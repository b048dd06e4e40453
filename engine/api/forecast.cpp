#include "engine/api/forecast.h"

#include <algorithm>

namespace trainyard {

namespace {

// Twice this many rows is beyond any data set this program holds in memory.
constexpr std::int64_t kLargestBatch = std::int64_t{1} << 24;

}  // namespace

Result<Forecast> forecast(const Graph &graph, const DataTypes &data, const TrainingConfig &config)
{
    TRAINYARD_TRY(const std::vector<Program> programs, buildTrainingPrograms(graph, data, config));
    TRAINYARD_TRY(const auto backend, openBackend(config.device));
    const std::vector<const Program *> pointers{&programs[0], &programs[1]};
    TRAINYARD_TRY(const auto executable, backend->compile(pointers, {config.threads, {}}));
    const MemoryPlan &plan = executable->memoryPlan(0);
    Forecast result;
    result.bytes = plan.bytes;
    result.arenaBytes = executable->arenaBytes();
    result.datasetBytes = data.features.bytes() + data.targets.bytes();
    result.lowerBound = plan.persistentBytes + plan.lowerBound;
    result.layers = plan.layers;
    result.batchSize = config.batchSize;
    result.flopsPerStep = programs[0].flops();
    if (const DeviceInfo device = backend->device(); device.memoryFree > 0)
        result.available = device.memoryFree;
    return result;
}

Result<std::int64_t> largestBatch(const Graph &graph, const DataTypes &data, const TrainingConfig &config, std::uint64_t budget)
{
    const std::int64_t rows = std::min(kLargestBatch, std::max<std::int64_t>(1, data.features.shape[0]));
    const auto fits = [&](std::int64_t batch) -> Result<bool> {
        TrainingConfig tried = config;
        tried.batchSize = batch;
        TRAINYARD_TRY(const Forecast result, forecast(graph, data, tried));
        return result.arenaBytes <= budget;
    };
    std::int64_t good = 0, bad = rows + 1;
    while (bad - good > 1) {
        const std::int64_t middle = good + (bad - good) / 2;
        TRAINYARD_TRY(const bool fit, fits(middle));
        (fit ? good : bad) = middle;
    }
    return good;
}

}  // namespace trainyard
