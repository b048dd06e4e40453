// Where the data set lies during a run: all of it on the card, or two batches at a time in staging blocks. Decided from
// sizes alone; no device is touched here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/backends/backend.h"

namespace trainyard::cuda {

// A Role::Dataset value of one of the programs.
struct DataUser {
    std::size_t program = 0;
    ValueId value = kNoValue;
    bool operator==(const DataUser &) const = default;
};

// Device memory for one part of the data set. Programs that name the same part share it.
struct DataPart {
    std::string name;
    TensorType type;
    bool gathered = false;        // batches are taken from it by row; the rest is small and always resident
    std::vector<DataUser> users;
    std::uint64_t rowBytes = 0;   // gathered only
    std::uint64_t offset = 0, bytes = 0;  // in the data block
};

struct DataPlan {
    DataPlacement placement = DataPlacement::Resident;
    std::vector<DataPart> parts;
    std::uint64_t bytes = 0;     // of the data block
    std::int64_t stageRows = 0;  // Streamed: rows between the two stages of a staging block
};

inline constexpr int kStages = 2;

DataPlan planData(std::span<const Program *const> programs, DataPlacement placement);

// Whether every program takes its batches by its own `indices` from parts of at least kStages batches: otherwise there
// is nothing to stream.
bool canStream(std::span<const Program *const> programs);

// Resident if that fits beside the arena into the budget, or if it cannot be streamed.
DataPlan chooseData(std::span<const Program *const> programs, std::uint64_t arenaBytes, std::uint64_t budgetBytes);

}  // namespace trainyard::cuda
