// The memory of a network on several devices, as one plan: what the devices' own plans say, added up.
#pragma once

#include <functional>

#include "engine/program/memory_plan.h"
#include "engine/program/partition.h"

namespace trainyard {

// The plan of one part by its index in the partition, as its device made it.
using PlanOfPart = std::function<const MemoryPlan &(std::size_t part)>;

// One plan per whole program. Its bytes add up to the arenas of all devices; where a value lies (`values`, `scratch`) is
// counted from the beginning of its own device's arena, and lowerBound is that of the parts as they were cut.
std::vector<MemoryPlan> joinPlans(std::span<const Program *const> programs, const Partition &partition, const PlanOfPart &planOf);

}  // namespace trainyard
