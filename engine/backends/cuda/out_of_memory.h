// What to tell people when a run does not fit: how much it needs, of how much, and what takes the most.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "engine/program/memory_plan.h"

namespace trainyard::cuda {

struct MemoryDemand {
    std::string device;                // "NVIDIA H200"
    std::uint64_t arenaBytes = 0, dataBytes = 0;
    std::uint64_t freeBytes = 0;       // 0: not known
    std::uint64_t limitBytes = 0;      // the person's own; 0: none
};

// Who holds the memory at the moment of the step when most is in use, the largest first.
struct MemoryHolder {
    std::string name;  // a layer, or "activations of conv1 8x32x32x64"
    std::uint64_t bytes = 0;
};
struct FullestMoment {
    std::size_t op = 0;
    std::vector<MemoryHolder> layers, tensors;
};
FullestMoment fullestMoment(const Program &program, const MemoryPlan &plan);

Error outOfMemory(const MemoryDemand &demand, const Program &program, const MemoryPlan &plan);

}  // namespace trainyard::cuda
