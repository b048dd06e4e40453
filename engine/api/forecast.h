// What a run would take, exactly, before it starts.
#pragma once

#include <algorithm>
#include <optional>

#include "engine/backends/backend.h"
#include "engine/data/dataset.h"
#include "engine/graph/analysis.h"
#include "engine/train/model.h"

namespace trainyard {

// What a run takes of one device, where its layers lie on several.
struct DeviceForecast {
    std::string device;                       // "cpu", "cuda:0"
    std::uint64_t arenaBytes = 0, dataBytes = 0;
    std::optional<std::uint64_t> overheadBytes, available;  // as in Forecast
    std::uint64_t bytes() const { return arenaBytes + dataBytes + overheadBytes.value_or(0); }
    bool fits() const { return !available || bytes() <= *available; }
};

// Of a network on several devices every number is the sum over them, absent where it is absent of one; whether it fits is
// decided on each.
struct Forecast {
    MemoryBytes bytes;                 // in the arena; bytes.total() == arenaBytes
    std::uint64_t arenaBytes = 0;      // what the run will allocate, to the byte
    std::uint64_t datasetBytes = 0;    // in the host's memory, whatever the device
    DataPlacement dataPlacement = DataPlacement::Host;
    std::uint64_t deviceDataBytes = 0;  // what the data set takes of the device's memory, beside the arena
    std::vector<std::string> notes;     // what the choice of kernels has to tell
    // What the process took of the device above arena and data in earlier runs here (context, libraries); absent: never
    // measured. Always 0 on the CPU.
    std::optional<std::uint64_t> overheadBytes;
    std::uint64_t lowerBound = 0;      // no plan of this program could be smaller
    std::vector<LayerMemory> layers;   // in graph order, then what is of none; they add up to arenaBytes
    std::int64_t batchSize = 0;
    double flopsPerStep = 0;           // what is worked out a second time included
    std::optional<Recomputation> recomputation;  // absent: nothing is
    // Free on the device now, or held by this program, which a run would take over; absent: unknown.
    std::optional<std::uint64_t> available;
    std::uint64_t deviceBytes() const { return arenaBytes + deviceDataBytes + overheadBytes.value_or(0); }
    std::vector<DeviceForecast> devices;  // the run's first; empty: all is on one
    bool fits() const
    {
        return devices.empty() ? !available || deviceBytes() <= *available
                               : std::all_of(devices.begin(), devices.end(), [](const DeviceForecast &device) { return device.fits(); });
    }
};

// Chooses primitives, allocates no arena; milliseconds to tens of milliseconds, so not on the UI thread.
// The train program and the evaluation program share the arena, as in a run. gpuProperties: for a GPU that is not in
// this machine, described by the text of a property file, instead of the configuration's device; `available` is then
// all of its memory. Errors: those of compileTraining().
Result<Forecast> forecast(const Graph &graph, const DataTypes &data, const TrainingConfig &config, const std::string &gpuProperties = {});

// The largest batch whose deviceBytes() fit into `budget` bytes; 0: none does. Bisection over forecast().
// Of a network on several devices it is the largest that fits on each, whatever the budget.
Result<std::int64_t> largestBatch(const Graph &graph, const DataTypes &data, const TrainingConfig &config,
                                  std::uint64_t budget, const std::string &gpuProperties = {});

}  // namespace trainyard
