// The same network on the CPU and on the GPU: one step from the same start, and what of it is compared.
#pragma once

#include <map>

#include "tests/engine/backends/error_norms.h"
#include "tests/engine/backends/layer_variants.h"
#include "tests/gpu/gpu_device.h"

namespace trainyard::tests {

inline BuildOptions gpuOptions(Mode mode, std::int64_t batchSize, Precision precision = Precision::Float32)
{
    BuildOptions options = optionsFor(mode, batchSize);
    options.precision = precision;
    options.deviceFusion = true;
    return options;
}

// Results by what they are, since the passes of two devices leave different values: parameters, state, their gradients,
// the loss, metrics and predictions.
using NetResults = std::map<std::string, Tensor64>;

// read: gives the tensor of a ValueId.
template <typename Read>
NetResults resultsOfStep(const Program &program, std::int64_t validRows, Read read)
{
    NetResults results;
    const auto add = [&](const std::string &name, ValueId id) { results.emplace(name, read(id)); };
    for (std::size_t i = 0; i < program.list.values.size(); ++i) {
        const Value &value = program.list.values[i];
        if (value.role == Role::Parameter || value.role == Role::State || value.role == Role::OptimizerState)
            add(value.name, static_cast<ValueId>(i));
    }
    for (const ValueId accumulator : program.accumulators)
        add(program.list.value(accumulator).name, accumulator);
    if (program.loss != kNoValue)
        add("loss", program.loss);
    for (const Op &op : program.list.ops)
        if (op.kind == OpKind::SgdUpdate)
            for (std::size_t p = 0; p + 2 < op.inputs.size(); p += 3)
                add("gradient of " + program.list.value(op.inputs[p]).name, op.inputs[p + 1]);
    if (program.mode != Mode::Train) {
        add("predictions", program.predictions);
        Tensor64 &predictions = results.at("predictions");
        const auto rows = static_cast<std::size_t>(predictions.type.shape[0]);
        for (std::size_t k = predictions.size() / rows * static_cast<std::size_t>(validRows); k < predictions.size(); ++k)
            predictions[k] = 0;  // rows that do not count are anything
    }
    return results;
}

inline NetResults resultsAfter(DeviceRun &run, std::int64_t validRows)
{
    return resultsOfStep(run.program(), validRows, [&](ValueId id) { return run.read(id); });
}

// All gradients as one vector, in the order of their names.
inline Tensor64 wholeGradient(const NetResults &results)
{
    Tensor64 whole;
    for (const auto &[name, tensor] : results)
        if (name.starts_with("gradient of "))
            whole.data.insert(whole.data.end(), tensor.data.begin(), tensor.data.end());
    whole.type = {DType::F32, Shape{static_cast<std::int64_t>(whole.size())}};
    return whole;
}

// float16: a loss scale at which no gradient of these small networks overflows, unlike the one training begins with.
inline constexpr double kQuietLossScale = 64;

inline ValueId lossScaleOf(const Program &program)
{
    for (std::size_t i = 0; i < program.list.values.size(); ++i)
        if (program.list.values[i].name == "loss_scale" && program.list.values[i].role == Role::State)
            return static_cast<ValueId>(i);
    return kNoValue;
}

inline void writeStart(DeviceRun &run, double lossScale)
{
    writeStart(run, startOf(run.program()));
    if (const ValueId scale = lossScaleOf(run.program()); scale != kNoValue) {
        Tensor64 state(run.program().list.value(scale).type);
        state[0] = lossScale;
        run.write(scale, state);
    }
}

// How well the results are determined at all, in float32: twice what the CPU is off from the float64 interpreter, or what
// noise of relative size `noise` in the weights does, whichever is more; of the whole gradient and of the rest by name.
// Where a relu is at its edge, or a batch norm divides by next to nothing, that is much.
inline std::map<std::string, double> uncertainty(const Program &program, const StepScalars &scalars, double noise, unsigned seed)
{
    const auto withGradient = [](NetResults results) {
        results.emplace("gradient", wholeGradient(results));
        return results;
    };
    const Values64 start = startOf(program);
    Values64 values = start;
    reference::interpret(program.list, values, scalars);
    const NetResults exact = withGradient(resultsOfStep(program, scalars.validRows, [&](ValueId id) { return values[static_cast<std::size_t>(id)]; }));
    std::map<std::string, double> most;
    NetResults first;
    std::mt19937 random(seed);
    for (int turn = 0; turn < 6; ++turn) {
        Values64 noisy = start;
        for (std::size_t i = 0; turn > 0 && i < noisy.size(); ++i)
            if (program.list.values[i].role == Role::Parameter)
                for (double &value : noisy[i].data)
                    value = static_cast<double>(static_cast<float>(value * (1 + noise * (random() / 2147483648.0 - 1))));
        DeviceRun run(program, **openBackend("cpu"), withThreads(1));
        writeStart(run, noisy);
        run.run(scalars);
        NetResults results = withGradient(resultsAfter(run, scalars.validRows));
        for (const auto &[name, tensor] : results)
            most[name] = std::max(most[name], turn == 0 ? 2 * errorNorms(tensor, exact.at(name), 1e-3).l2 : errorNorms(tensor, first.at(name), 1e-3).l2);
        if (turn == 0)
            first = std::move(results);
    }
    return most;
}

inline NetResults stepped(const Program &program, Backend &backend, const DeviceSettings &settings, int steps, const StepScalars &first,
                          bool poisoned = true, double lossScale = kQuietLossScale)
{
    DeviceRun run(program, backend, settings);
    writeStart(run, lossScale);
    for (int step = 0; step < steps; ++step) {
        if (poisoned)
            run.poison();
        StepScalars scalars = first;
        scalars.step += static_cast<std::uint64_t>(step);
        run.run(scalars);
    }
    return resultsAfter(run, first.validRows);
}

// Where two results have different bits; empty: nowhere.
inline std::string firstDifferentBits(const NetResults &a, const NetResults &b)
{
    for (const auto &[name, tensor] : a)
        if (const auto found = b.find(name); found == b.end() || tensor.size() != found->second.size() ||
                                             std::memcmp(tensor.data.data(), found->second.data.data(), tensor.size() * sizeof(double)) != 0)
            return name;
    return {};
}

}  // namespace trainyard::tests
