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
#include "engine/train/judge.h"
#include "engine/train/non_finite.h"
#include "engine/train/training_config.h"

namespace trainyard {

// What a data set asks of a Program, and of a graph.
DataTypes dataTypesOf(const Dataset &dataset);
DataSignature signatureOf(const Dataset &dataset);

// The first problem of the graph with this data set, as an error. Errors: InvalidGraph with the layer's name.
Status checkGraph(const Graph &graph, const Dataset &dataset);

// The programs of a run on this device, as they share one arena; also what a forecast compiles: the one that trains, the one
// that evaluates and, where gradients of several batches are accumulated, the one that trains without an update.
Result<std::vector<Program>> buildTrainingPrograms(const Graph &graph, const DataTypes &data, const TrainingConfig &config,
                                                   const DeviceInfo &device);

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

    // Everything trained, in canonical layouts.
    Result<SafetensorsFile> tensors();
    // Errors: InvalidFile, naming the tensor that is missing or of another shape.
    Status restore(const SafetensorsFile &tensors);

    const Program &trainProgram() const { return m_programs[0]; }
    Executable &executable() { return *m_executable; }
    std::uint64_t allocatedBytes() const { return m_executable->allocatedBytes(); }
    const DeviceInfo &device() const { return m_device; }

private:
    // Readies the program of one of a step's batches and returns its number: the one with the update for the last.
    std::size_t beginBatch(std::size_t batch, std::span<const std::int32_t> rows, StepScalars &scalars);
    Status initialize(std::uint64_t seed);
    Status bindData(const Dataset &dataset);
    Result<std::vector<double>> readSums(std::size_t program);
    std::vector<MetricResult> metricsOf(const Program &program, std::span<const double> sums) const;

    std::vector<Program> m_programs;  // as of buildTrainingPrograms()
    std::unique_ptr<Backend> m_backend;
    std::unique_ptr<Executable> m_executable;
    const Dataset *m_dataset = nullptr;
    DeviceInfo m_device;
    std::vector<std::int32_t> m_paddedRows;
};

}  // namespace trainyard
