// Whole networks on the CPU backend against the float64 interpreter and against finite differences.
#pragma once

#include "tests/engine/backends/cpu_run.h"
#include "tests/engine/backends/random_graph.h"
#include "tests/engine/program/programs.h"

namespace trainyard::tests {

struct Net {
    Graph graph;
    DataTypes data;
};

// A random network with classes or, one in four, numbers as targets.
inline Net netOf(unsigned seed)
{
    const bool ofNumbers = seed % 4 == 3;
    return {randomGraph(seed, 4 + static_cast<int>(seed % 23), ofNumbers ? "mean_squared_error" : "softmax_cross_entropy"), smallImages(7, ofNumbers)};
}

inline OptimizerConfig plainSgd()
{
    OptimizerConfig optimizer;
    optimizer.type = "sgd";
    optimizer.set("momentum", 0);
    return optimizer;
}

inline BuildOptions optionsFor(Mode mode, std::int64_t batchSize, bool optimize = true)
{
    BuildOptions options;
    options.mode = mode;
    options.batchSize = batchSize;
    options.optimizer = plainSgd();
    options.optimize = optimize;
    return options;
}

// The net's data set, its batch and its first weights: what a step starts from.
inline Values64 startOf(const Program &program, std::uint64_t seed = 11)
{
    Values64 values = reference::emptyValues(program.list);
    const auto at = [&](ValueId id) -> Tensor64 & { return values[static_cast<std::size_t>(id)]; };
    const TensorType &features = program.list.value(program.features).type;
    at(program.features) = features.dtype == DType::I32 ? randomTensor(features.shape, 1, 0, 5, DType::I32) : randomTensor(features.shape, 1, -1, 1);
    for (const ValueId scale : {program.featureScale, program.targetScale})
        if (scale != kNoValue)
            std::fill(at(scale).data.begin(), at(scale).data.end(), 1.0);
    if (program.targets != kNoValue) {
        const TensorType &type = program.list.value(program.targets).type;
        at(program.targets) = randomTensor(type.shape, 2, 0, type.dtype == DType::I32 ? 3 : 1, type.dtype);
    }
    const std::int64_t rows = program.list.value(program.features).type.shape[0];
    at(program.indices) = randomTensor(Shape{program.batchSize}, 3, 0, static_cast<double>(rows), DType::I32);
    for (const ParameterInit &init : program.inits) {
        std::vector<float> filled(at(init.value).size());
        fillParameter(program, init, seed, filled);
        std::copy(filled.begin(), filled.end(), at(init.value).data.begin());
        // A bias of zero makes exact zeros, and relu has no slope there: nothing to compare a gradient with.
        const bool trained = program.list.value(init.value).trainable;
        const Tensor64 offset = randomTensor(program.list.value(init.value).type.shape, static_cast<unsigned>(init.value), -0.1, 0.1);
        for (std::size_t i = 0; trained && i < offset.size(); ++i)
            at(init.value)[i] = static_cast<double>(static_cast<float>(at(init.value)[i] + offset[i]));
    }
    return values;
}

inline void writeStart(DeviceRun &run, const Values64 &start)
{
    for (std::size_t i = 0; i < start.size(); ++i)
        if (!isTransient(run.program().list.values[i].role))
            run.write(static_cast<ValueId>(i), start[i]);
}

// What is left after the steps: everything persistent, and the loss.
inline std::vector<ValueId> resultsOf(const Program &program)
{
    std::vector<ValueId> ids;
    for (std::size_t i = 0; i < program.list.values.size(); ++i) {
        const Role role = program.list.values[i].role;
        if (role == Role::Parameter || role == Role::State || role == Role::OptimizerState || role == Role::Metric)
            ids.push_back(static_cast<ValueId>(i));
    }
    if (program.loss != kNoValue)
        ids.push_back(program.loss);
    if (program.mode != Mode::Train)
        ids.push_back(program.predictions);
    return ids;
}

// The largest error of the gradients that one step of a Train program with plain SGD computes, against finite
// differences of the float64 reference; relative to the size of the whole gradient. Empty message: fine.
inline std::string gradientFault(const Program &program, const StepScalars &scalars, double tolerance, std::size_t entriesEach = 4)
{
    const Values64 start = startOf(program);
    CpuRun run(program);
    run.poison();
    writeStart(run, start);
    run.run(scalars);
    Values64 expected = start;
    reference::interpret(program.list, expected, scalars);
    const double loss = run.read(program.loss)[0], wanted = expected[static_cast<std::size_t>(program.loss)][0];
    if (!std::isfinite(wanted) || !(std::abs(loss - wanted) <= 1e-4 * std::max(1.0, std::abs(wanted))))
        return "the loss is " + std::to_string(loss) + ", expected " + std::to_string(wanted);

    constexpr double kStep = 1e-6;
    const auto lossAt = [&](ValueId parameter, std::size_t entry, double by) {
        Values64 values = start;
        values[static_cast<std::size_t>(parameter)][entry] += by;
        reference::interpret(program.list, values, scalars, program.backwardBegin);
        return values[static_cast<std::size_t>(program.loss)][0];
    };
    double worst = 0, total = 0;
    std::string name;
    const Op &update = program.list.ops.back();
    for (std::size_t p = 0; p + 2 < update.inputs.size(); p += 3) {
        const Tensor64 gradient = run.read(update.inputs[p + 1]);
        for (std::size_t k = 0; k < std::min(entriesEach, gradient.size()); ++k) {
            const std::size_t entry = k * 7919 % gradient.size();
            const double numeric = (lossAt(update.inputs[p], entry, kStep) - lossAt(update.inputs[p], entry, -kStep)) / (2 * kStep);
            total += numeric * numeric;
            const double error = std::abs(gradient[entry] - numeric);
            if (!(error <= worst)) {
                worst = error;
                name = program.list.value(update.inputs[p]).name + ": " + std::to_string(gradient[entry]) + ", expected " + std::to_string(numeric);
            }
        }
    }
    return worst <= tolerance * std::max(std::sqrt(total), 1e-3) ? std::string() : "the gradient of " + name;
}

}  // namespace trainyard::tests
