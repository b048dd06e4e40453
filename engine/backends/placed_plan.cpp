#include "engine/backends/placed_plan.h"

#include <algorithm>
#include <map>
#include <set>

namespace trainyard {

namespace {

void add(MemoryBytes &sum, const MemoryBytes &bytes)
{
    sum.parameters += bytes.parameters;
    sum.gradients += bytes.gradients;
    sum.optimizer += bytes.optimizer;
    sum.activations += bytes.activations;
    sum.workspace += bytes.workspace;
    sum.data += bytes.data;
}

// Each device at the busiest moment of its own parts.
void addDevices(const Partition &partition, std::size_t program, const PlanOfPart &planOf, MemoryPlan &joined)
{
    std::map<std::int32_t, std::size_t> busiest;  // device -> part
    for (std::size_t i = 0; i < partition.parts.size(); ++i) {
        const auto [found, fresh] = busiest.try_emplace(partition.parts[i].device, i);
        const bool own = partition.parts[i].program == program, better = partition.parts[found->second].program == program;
        if (own && (!better || planOf(i).lowerBound > planOf(found->second).lowerBound))
            found->second = i;
    }
    for (const auto &[device, part] : busiest) {
        const MemoryPlan &plan = planOf(part);
        joined.persistentBytes += plan.persistentBytes;
        joined.transientBytes += plan.transientBytes;
        joined.lowerBound += partition.parts[part].program == program ? plan.lowerBound : 0;
        add(joined.bytes, plan.bytes);
    }
}

// A value counts once on every device that has it, and a view counts as what it is a view of.
void addLayers(const Program &program, const Partition &partition, const PartitionedProgram &whole, const PlanOfPart &planOf,
               MemoryPlan &joined)
{
    joined.layers.resize(program.layerNames.size() + 1);
    for (std::size_t i = 0; i < program.layerNames.size(); ++i)
        joined.layers[i].layer = program.layerNames[i];
    const auto layerAt = [&](std::int32_t layer) -> MemoryBytes & {
        return joined.layers[layer < 0 ? program.layerNames.size() : static_cast<std::size_t>(layer)].bytes;
    };
    std::set<std::pair<std::int32_t, ValueId>> counted;
    for (const Op &op : program.list.ops)
        if (opSpec(op.kind).isView)
            counted.insert({op.device, op.outputs[0]});
    for (std::size_t i = whole.begin; i < whole.end; ++i) {
        const ProgramPart &part = partition.parts[i];
        const std::vector<ValueId> roots = planAliases(part.content);
        for (std::size_t v = 0; v < part.values.size(); ++v) {
            const Value &value = part.content.list.values[v];
            if (value.role != Role::Dataset && roots[v] == static_cast<ValueId>(v) && counted.insert({part.device, part.values[v]}).second)
                partOf(layerAt(value.layer), value.role) += planOf(i).values[v].bytes;
        }
        for (std::size_t k = 0; k < part.ops.size(); ++k)
            layerAt(part.content.list.ops[k].layer).workspace += planOf(i).scratch[k].bytes;
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
        addDevices(partition, p, planOf, plan);
        addLayers(*programs[p], partition, whole, planOf, plan);
    }
    return plans;
}

}  // namespace trainyard
