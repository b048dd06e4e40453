// A network on a device, ready to train: the compiled train and evaluation programs over one arena, with the data bound.
// Owned and used by one thread.
#pragma once

#include <memory>
#include <vector>

#include "engine/backends/backend.h"
#include "engine/data/dataset.h"
#include "engine/graph/graph.h"
#include "engine/program/build.h"
#include "engine/train/checkpoint.h"
#include "engine/train/compile_training.h"
#include "engine/train/judge.h"
#include "engine/train/non_finite.h"
#include "engine/train/probe.h"
#include "engine/train/training_config.h"

namespace trainyard {

// What a data set asks of a Program, and of a graph.
DataTypes dataTypesOf(const Dataset &dataset);
DataSignature signatureOf(const Dataset &dataset);

// The first problem of the graph with this data set, as an error. Errors: InvalidGraph with the layer's name.
Status checkGraph(const Graph &graph, const Dataset &dataset);

// What a new run with this configuration asks of its device.
DeviceSettings deviceSettingsOf(const TrainingConfig &config);

class Model {
public:
    // Compiles and allocates; parameters are initialized from the seed. dataset must outlive the model.
    // settings: deviceSettingsOf(config), with what decides the bits taken from the checkpoint on resume. Errors:
    // InvalidGraph, InvalidData, OutOfMemory, Unsupported.
    static Result<Model> create(const Graph &graph, const Dataset &dataset, const TrainingConfig &config,
                                const DeviceSettings &settings);

    // One training step over these rows, config.rowsPerStep() of them; a GPU may only have queued it when this returns.
    Status trainStep(std::span<const std::int32_t> rows, const StepScalars &scalars);

    // The same step op by op, up to the first value that is not finite; empty: all of it was.
    Result<std::optional<NonFinite>> trainStepChecked(std::span<const std::int32_t> rows, const StepScalars &scalars);

    // Sums of the training metrics since the last reset, accumulators one after another.
    Result<std::vector<double>> trainingSums();
    // The same without waiting for the steps queued: asked here, given by takeTrainingSums() in the order asked.
    Status requestTrainingSums(std::int64_t tag) { return m_executable->requestMetrics(0, tag); }
    Result<std::optional<MetricSums>> takeTrainingSums(bool wait) { return m_executable->takeMetrics(wait); }
    Status setTrainingSums(std::span<const double> sums);
    std::vector<MetricResult> metricsOf(std::span<const double> sums) const;

    // Metrics over rows, in inference form; any number of rows.
    Result<std::vector<MetricResult>> evaluate(std::span<const std::int32_t> rows);

    // Writes a parameter or running statistic of this name, in its canonical layout, and the average kept of it. Errors:
    // NotFound, InvalidArgument (of another size).
    Status setParameter(std::string_view name, std::span<const float> values);

    // What the network makes of these samples: raw, as the data set has them, lookProgram()->batchSize of them, of which the
    // first so many rows count. predictions: of all, in float32. Only where there is a look.
    Status look(std::span<const std::byte> samples, std::size_t rows, std::vector<float> &predictions);
    std::optional<ProbeKind> lookKind() const { return m_lookKind; }
    const Program *lookProgram() const { return m_lookKind ? &m_programs.back() : nullptr; }

    // Everything trained, in canonical layouts.
    Result<SafetensorsFile> tensors();
    // Errors: InvalidFile, naming the tensor that is missing or of another shape.
    Status restore(const SafetensorsFile &tensors);

    const Program &trainProgram() const { return m_programs[0]; }
    Executable &executable() { return *m_executable; }
    std::uint64_t allocatedBytes() const { return m_executable->allocatedBytes(); }
    const DeviceInfo &device() const { return m_device; }
    const std::optional<Recomputation> &recomputation() const { return m_recomputation; }

private:
    // Readies the program of one of a step's batches and returns its number: the one with the update for the last.
    std::size_t beginBatch(std::size_t batch, std::span<const std::int32_t> rows, StepScalars &scalars);
    Status initialize(std::uint64_t seed);
    Status writeFirst(ValueId parameter, std::span<const float> values);
    Status bindData(const Dataset &dataset);
    Result<std::vector<double>> readSums(std::size_t program);
    std::vector<MetricResult> metricsOf(const Program &program, std::span<const double> sums) const;

    std::vector<Program> m_programs;  // as of compileTraining()
    std::optional<Recomputation> m_recomputation;
    std::unique_ptr<Backend> m_backend;
    std::unique_ptr<Executable> m_executable;
    const Dataset *m_dataset = nullptr;
    DeviceInfo m_device;
    std::optional<ProbeKind> m_lookKind;
    std::vector<std::int32_t> m_paddedRows;
    std::vector<std::byte> m_predictions;  // as the look's program has them
};

}  // namespace trainyard
