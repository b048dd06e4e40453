#include "engine/backends/placed_plan.h"

#include <map>

namespace trainyard {

namespace {

// Each device at the busiest moment of its own parts.
void addDevices(const Program &program, const Partition &partition, std::size_t index, const PlanOfPart &planOf,
                MemoryPlan &joined)
{
    std::map<std::int32_t, std::size_t> busiest;  // device -> part
    for (std::size_t i = 0; i < partition.parts.size(); ++i) {
        const auto [found, fresh] = busiest.try_emplace(partition.parts[i].device, i);
        const bool own = partition.parts[i].program == index, better = partition.parts[found->second].program == index;
        if (own && (!better || planOf(i).lowerBound > planOf(found->second).lowerBound))
            found->second = i;
    }
    LayerRows rows(program, joined);
    for (const auto &[device, part] : busiest) {
        const MemoryPlan &plan = planOf(part);
        joined.persistentBytes += plan.persistentBytes;
        joined.transientBytes += plan.transientBytes;
        joined.lowerBound += partition.parts[part].program == index ? plan.lowerBound : 0;
        joined.bytes += plan.bytes;
        for (const LayerMemory &layer : plan.layers)
            rows.at(layer.layer) += layer.bytes;
    }
}

}  // namespace

std::vector<MemoryPlan> joinPlans(std::span<const Program *const> programs, const Partition &partition, const PlanOfPart &planOf)
{
    std::vector<MemoryPlan> plans(programs.size());
    for (std::size_t p = 0; p < programs.size(); ++p) {
        const PartitionedProgram &whole = partition.programs[p];
        MemoryPlan &plan = plans[p];
        for (const PartValue &value : whole.values)
            plan.values.push_back(value.id == kNoValue ? Placement{} : planOf(value.part).values[static_cast<std::size_t>(value.id)]);
        plan.scratch.resize(programs[p]->list.ops.size());
        for (std::size_t i = whole.begin; i < whole.end; ++i)
            for (std::size_t k = 0; k < partition.parts[i].ops.size(); ++k)
                plan.scratch[partition.parts[i].ops[k]] = planOf(i).scratch[k];
        addDevices(*programs[p], partition, p, planOf, plan);
    }
    return plans;
}

}  // namespace trainyard
