#include "engine/train/compile_training.h"

#include <algorithm>
#include <set>

#include "engine/backends/compile_placed.h"
#include "engine/base/format.h"
#include "engine/program/choose_recomputation.h"
#include "engine/telemetry/nvml.h"
#include "engine/train/probe.h"

namespace trainyard {

namespace {

constexpr int kTries = 3;  // a device may need more for an op that runs in another place, which only its own plan tells

std::vector<const Program *> pointersTo(const std::vector<Program> &programs)
{
    std::vector<const Program *> pointers;
    for (const Program &program : programs)
        pointers.push_back(&program);
    return pointers;
}

// What is free on the device, less a tenth for what its libraries and other programs take meanwhile; 0: not known.
std::uint64_t roomOn(const DeviceInfo &device, const DeviceSettings &settings)
{
    std::uint64_t free = device.memoryFree;
    if (free == 0)
        if (const auto gpu = findGpu(device.uuid))
            free = gpu->read().memoryFree.value_or(0);
    free -= free / 10;
    if (settings.memoryLimit > 0)
        free = free == 0 ? settings.memoryLimit : std::min(free, settings.memoryLimit);
    return free;
}

// What the arena may take. Of free memory, the data set takes its part.
Result<std::uint64_t> budgetOf(const TrainingConfig &config, const DeviceInfo &device, const DeviceSettings &settings, const Executable &without)
{
    if (config.recomputeMiB > 0)
        return static_cast<std::uint64_t>(config.recomputeMiB) << 20;
    const std::uint64_t room = roomOn(device, settings);
    if (room == 0)
        return fail(Error{ErrorCode::InvalidArgument, fmt::format("How much memory is free on {} is not known. Say into how many MiB the run has to fit.", device.name),
                          "recompute_mib", {}});
    return room - std::min(room, without.deviceDataBytes());
}

Recomputation toldOf(const Program &program, const OpChoice &ops, double flops, std::uint64_t arenaBytesWithout)
{
    Recomputation told;
    told.arenaBytesWithout = arenaBytesWithout;
    told.extraFlops = flops / std::max(1.0, program.flops());
    told.ops = static_cast<std::size_t>(std::count(ops.begin(), ops.end(), true));
    std::set<std::int32_t> layers;
    for (std::size_t i = 0; i < ops.size(); ++i)
        if (ops[i] && program.list.ops[i].layer >= 0)
            layers.insert(program.list.ops[i].layer);
    for (const std::int32_t layer : layers)
        told.layers.push_back(program.layerNames[static_cast<std::size_t>(layer)]);
    return told;
}

struct Compiler {
    Backend &backend;
    const DeviceSettings &settings;

    Result<CompiledTraining> compile(std::vector<Program> programs) const
    {
        CompiledTraining compiled;
        TRAINYARD_TRY(compiled.executable, compilePlaced(pointersTo(programs), backend, settings));
        compiled.programs = std::move(programs);
        return compiled;
    }

    Result<CompiledTraining> compile(const CompiledTraining &without, const OpChoice &ops) const
    {
        const Program &training = without.programs[kTrainProgram];
        // The programs that train differ behind the backward pass only.
        for (const Program &program : without.programs)
            if (program.mode == Mode::Train && program.backwardBegin != training.backwardBegin)
                return fail(ErrorCode::Internal, "The programs that train do not begin alike.");
        std::vector<Recomputed> all = recomputeAll(pointersTo(without.programs), ops);
        const double flops = all[kTrainProgram].flops;
        std::vector<Program> programs;
        for (Recomputed &again : all)
            programs.push_back(std::move(again.program));
        TRAINYARD_TRY(CompiledTraining compiled, compile(std::move(programs)));
        compiled.recomputation = toldOf(training, ops, flops, without.executable->arenaBytes());
        return compiled;
    }

    // Of what is chosen by the sizes of the plan without, the device's own plan has the last word.
    Result<CompiledTraining> compileToFit(const CompiledTraining &without, const OpChoice &marked, std::uint64_t budget) const
    {
        std::vector<const MemoryPlan *> plans;
        for (std::size_t p = 0; p < without.programs.size(); ++p)
            plans.push_back(&without.executable->memoryPlan(p));
        std::uint64_t target = budget, least = 0;
        for (int i = 0; i < kTries; ++i) {
            const RecomputeChoice choice = chooseRecomputation(pointersTo(without.programs), plans, marked, target);
            TRAINYARD_TRY(CompiledTraining compiled, compile(without, choice.ops));
            const std::uint64_t bytes = compiled.executable->arenaBytes();
            if (bytes <= budget)
                return compiled;
            least = i == 0 ? bytes : std::min(least, bytes);
            if (choice.arenaBytes > target)
                break;
            target -= std::min(target, bytes - budget);
        }
        return fail(ErrorCode::OutOfMemory,
                    "The run does not fit into {}: without recomputation it takes {}, and the least found with it is {}. Make the batch or the network smaller, "
                    "or allow more memory.",
                    formatBytes(budget), formatBytes(without.executable->arenaBytes()), formatBytes(least));
    }
};

}  // namespace

Result<std::vector<Program>> buildTrainingPrograms(const Graph &graph, const DataTypes &data, const TrainingConfig &config,
                                                   const DeviceInfo &device)
{
    std::vector<Program> programs;
    const std::size_t count = config.accumulationSteps > 1 ? kAccumulateProgram + 1 : kEvaluateProgram + 1;
    BuildOptions options;
    for (std::size_t p = 0; p < count; ++p) {
        options = {p == kEvaluateProgram ? Mode::Evaluate : Mode::Train, config.batchSize, config.optimizer};
        options.accumulationSteps = config.accumulationSteps;
        options.withUpdate = p != kAccumulateProgram;
        options.emaDecay = config.emaDecay;
        options.metrics = config.metrics;
        options.precision = config.precision;
        options.deviceFusion = device.prefersFusion;
        options.device = device.id;
        TRAINYARD_TRY(Program program, buildProgram(graph, data, options));
        programs.push_back(std::move(program));
    }
    if (const auto kind = probeOf(data, config)) {
        TRAINYARD_TRY(auto look, buildProbe(*kind, graph, data, options));
        if (look)
            programs.push_back(std::move(*look));
    }
    return programs;
}

Result<CompiledTraining> compileTraining(const Graph &graph, const DataTypes &data, const TrainingConfig &config, Backend &backend,
                                         const DeviceSettings &settings)
{
    const DeviceInfo device = backend.device();
    TRAINYARD_TRY(std::vector<Program> programs, buildTrainingPrograms(graph, data, config, device));
    const OpChoice marked = markedOps(programs[kTrainProgram], flatten(graph));
    const bool asked = std::find(marked.begin(), marked.end(), true) != marked.end();
    const Compiler compiler{backend, settings};
    TRAINYARD_TRY(CompiledTraining without, compiler.compile(std::move(programs)));
    if (!asked && !config.recompute)
        return without;
    if (!without.executable->deviceArenas().empty())
        return fail(ErrorCode::Unsupported, "Recomputation needs all layers on one device: where they lie on several, their order is not fixed enough for it to save "
                                            "memory. Place all layers on the run's device, or turn recomputation off.");
    if (!config.recompute)
        return compiler.compile(without, marked);
    TRAINYARD_TRY(const std::uint64_t budget, budgetOf(config, device, settings, *without.executable));
    if (!asked && without.executable->arenaBytes() <= budget)
        return without;
    return compiler.compileToFit(without, marked, budget);
}

}  // namespace trainyard
