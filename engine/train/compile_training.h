// From a network and its settings to what runs, with recomputation as it was asked for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/backends/backend.h"
#include "engine/graph/graph.h"
#include "engine/program/build.h"
#include "engine/train/training_config.h"

namespace trainyard {

// Where they stand in the list of a run's programs; the accumulating one only where there is one.
inline constexpr std::size_t kTrainProgram = 0, kEvaluateProgram = 1, kAccumulateProgram = 2;

// The programs of a run on this device, as they share one arena, with nothing worked out twice: the one that trains, the one
// that evaluates and, where gradients of several batches are accumulated, the one that trains without an update. The last is
// the one of Mode::Predict that looks at the network, where there is a look for it (probe.h).
Result<std::vector<Program>> buildTrainingPrograms(const Graph &graph, const DataTypes &data, const TrainingConfig &config,
                                                   const DeviceInfo &device);

// What is worked out a second time, and what that is worth.
struct Recomputation {
    std::uint64_t arenaBytesWithout = 0;
    double extraFlops = 0;            // of a step's own without it: 0.25 is a quarter more work
    std::size_t ops = 0;
    std::vector<std::string> layers;  // those with such an op, in their order
};

struct CompiledTraining {
    std::vector<Program> programs;  // as they were compiled
    std::unique_ptr<Executable> executable;
    std::optional<Recomputation> recomputation;  // absent: nothing is worked out twice
};

// Compiles for a run on `backend`, which must outlive the executable; allocates nothing. With TrainingConfig::recompute the plan
// is made to fit: what its layers ask for, and then as little more as is found. Errors: those of buildProgram() and of the backend;
// OutOfMemory, where it does not fit however much is worked out again, with the least; Unsupported for recomputation in a network
// on several devices.
Result<CompiledTraining> compileTraining(const Graph &graph, const DataTypes &data, const TrainingConfig &config, Backend &backend,
                                         const DeviceSettings &settings);

}  // namespace trainyard
