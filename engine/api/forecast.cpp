#include "engine/api/forecast.h"

#include <algorithm>

#include "engine/api/device_memory.h"
#include "engine/telemetry/nvml.h"

namespace trainyard {

namespace {

// Twice this many rows is beyond any data set this program holds in memory.
constexpr std::int64_t kLargestBatch = std::int64_t{1} << 24;

DeviceForecast deviceForecast(const DeviceArena &arena)
{
    const DeviceInfo &device = arena.device;
    DeviceForecast result{device.id, arena.arenaBytes, arena.dataBytes, {}, {}};
    if (device.memoryFree > 0)
        result.available = device.memoryFree;
    if (device.id == "cpu") {
        result.overheadBytes = 0;
        return result;
    }
    result.overheadBytes = learnedOverhead(identityOf(device));
    const DeviceMemoryNow now = deviceMemoryNow(device.uuid);
    if (!result.available)
        result.available = now.free;
    // The overhead is of the whole process: what that holds already is not taken twice.
    if (result.available && result.overheadBytes)
        *result.available += now.own.value_or(0);
    return result;
}

Result<Forecast> forecastOn(Backend &backend, const Graph &graph, const DataTypes &data, const TrainingConfig &config)
{
    const DeviceInfo device = backend.device();
    TRAINYARD_TRY(CompiledTraining compiled, compileTraining(graph, data, config, backend, deviceSettingsOf(config)));
    const std::vector<Program> &programs = compiled.programs;
    const auto &executable = compiled.executable;
    const MemoryPlan &plan = executable->memoryPlan(0);
    Forecast result;
    result.bytes = plan.bytes;
    result.arenaBytes = executable->arenaBytes();
    result.datasetBytes = data.features.bytes() + (data.targets.shape.rank() > 0 ? data.targets.bytes() : 0);
    result.dataPlacement = executable->dataPlacement();
    result.deviceDataBytes = executable->deviceDataBytes();
    result.notes = executable->notes();
    result.recomputation = std::move(compiled.recomputation);
    result.lowerBound = plan.persistentBytes + plan.lowerBound;
    result.layers = plan.layers;
    result.batchSize = config.batchSize;
    result.flopsPerStep = programs.front().flops();
    if (config.accumulationSteps > 1)
        result.flopsPerStep += static_cast<double>(config.accumulationSteps - 1) * programs[kAccumulateProgram].flops();
    const DeviceForecast own = deviceForecast({device, result.arenaBytes, result.deviceDataBytes});
    result.overheadBytes = own.overheadBytes;
    result.available = own.available;
    const std::vector<DeviceArena> arenas = executable->deviceArenas();
    if (arenas.empty())
        return result;
    result.overheadBytes = result.available = 0;
    const auto add = [](std::optional<std::uint64_t> &sum, const std::optional<std::uint64_t> &part) {
        sum = sum && part ? std::optional(*sum + *part) : std::nullopt;
    };
    for (const DeviceArena &arena : arenas) {
        result.devices.push_back(deviceForecast(arena));
        add(result.overheadBytes, result.devices.back().overheadBytes);
        add(result.available, result.devices.back().available);
    }
    return result;
}

Result<std::unique_ptr<Backend>> backendFor(const TrainingConfig &config, const std::string &gpuProperties)
{
    return gpuProperties.empty() ? openBackend(config.device) : planningBackend(gpuProperties);
}

}  // namespace

Result<Forecast> forecast(const Graph &graph, const DataTypes &data, const TrainingConfig &config, const std::string &gpuProperties)
{
    TRAINYARD_TRY(const auto backend, backendFor(config, gpuProperties));
    return forecastOn(*backend, graph, data, config);
}

Result<std::int64_t> largestBatch(const Graph &graph, const DataTypes &data, const TrainingConfig &config, std::uint64_t budget,
                                  const std::string &gpuProperties)
{
    TRAINYARD_TRY(const auto backend, backendFor(config, gpuProperties));
    const auto driver = Nvml::open();  // held, so that not every forecast opens it anew
    const std::int64_t rows = std::min(kLargestBatch, std::max<std::int64_t>(1, data.features.shape[0]));
    const auto fits = [&](std::int64_t batch) -> Result<bool> {
        TrainingConfig tried = config;
        tried.batchSize = batch;
        const Result<Forecast> result = forecastOn(*backend, graph, data, tried);
        if (!result && result.error().code == ErrorCode::OutOfMemory)
            return false;  // however much is worked out again
        if (!result)
            return fail(result.error());
        return result->devices.empty() ? result->deviceBytes() <= budget : result->fits();
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
