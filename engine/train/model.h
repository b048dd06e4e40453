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
#include "engine/train/training_config.h"

namespace trainyard {

// What a data set asks of a Program, and of a graph.
DataTypes dataTypesOf(const Dataset &dataset);
DataSignature signatureOf(const Dataset &dataset);

// The first problem of the graph with this data set, as an error. Errors: InvalidGraph with the layer's name.
Status checkGraph(const Graph &graph, const Dataset &dataset);

// The train and evaluation programs of a run on this device, as they share one arena; also what a forecast compiles.
Result<std::vector<Program>> buildTrainingPrograms(const Graph &graph, const DataTypes &data, const TrainingConfig &config,
                                                   const DeviceInfo &device);

// What a new run with this configuration asks of its device.
DeviceSettings deviceSettingsOf(const TrainingConfig &config);

// The metrics of one pass, "loss" first, in the program's order; NaN where nothing was counted.
struct MetricResult {
    std::string name;
    double value = 0;
};

class Model {
public:
    // Compiles and allocates; parameters are initialized from the seed. dataset must outlive the model.
    // settings: deviceSettingsOf(config), with what decides the bits taken from the checkpoint on resume. Errors:
    // InvalidGraph, InvalidData, OutOfMemory, Unsupported.
    static Result<Model> create(const Graph &graph, const Dataset &dataset, const TrainingConfig &config,
                                const DeviceSettings &settings);

    // One training step over these rows (a whole batch); a GPU may only have queued it when this returns.
    Status trainStep(std::span<const std::int32_t> rows, const StepScalars &scalars);

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
    Status initialize(std::uint64_t seed);
    Status bindData(const Dataset &dataset);
    Result<std::vector<double>> readSums(std::size_t program);

    std::vector<Program> m_programs;  // train, evaluate
    std::unique_ptr<Backend> m_backend;
    std::unique_ptr<Executable> m_executable;
    DeviceInfo m_device;
    std::vector<std::int32_t> m_paddedRows;
};

}  // namespace trainyard
