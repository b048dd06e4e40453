// What a run would take, exactly, before it starts.
#pragma once

#include <optional>

#include "engine/backends/backend.h"
#include "engine/data/dataset.h"
#include "engine/graph/analysis.h"
#include "engine/train/model.h"

namespace trainyard {

struct Forecast {
    MemoryBytes bytes;                 // in the arena; bytes.total() == arenaBytes
    std::uint64_t arenaBytes = 0;      // what the run will allocate, to the byte
    std::uint64_t datasetBytes = 0;    // resident beside the arena
    std::uint64_t lowerBound = 0;      // no plan of this program could be smaller
    std::vector<LayerMemory> layers;   // in graph order
    std::int64_t batchSize = 0;
    double flopsPerStep = 0;
    std::optional<std::uint64_t> available;  // free on the device now; absent: unknown
    bool fits() const { return !available || arenaBytes <= *available; }
};

// Chooses primitives, allocates no arena; milliseconds to tens of milliseconds, so not on the UI thread.
// The train program and the evaluation program share the arena, as in a run.
Result<Forecast> forecast(const Graph &graph, const DataTypes &data, const TrainingConfig &config);

// The largest batch whose arena fits into `budget` bytes; 0: none does. Bisection over forecast().
Result<std::int64_t> largestBatch(const Graph &graph, const DataTypes &data, const TrainingConfig &config,
                                  std::uint64_t budget);

}  // namespace trainyard
