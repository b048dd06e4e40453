#include "engine/backends/cuda/out_of_memory.h"

#include <algorithm>
#include <map>
#include <vector>

#include "engine/base/format.h"

namespace trainyard::cuda {

namespace {

constexpr std::size_t kShown = 3;

std::string layerName(const Program &program, std::int32_t layer)
{
    return layer >= 0 && static_cast<std::size_t>(layer) < program.layerNames.size() ? program.layerNames[static_cast<std::size_t>(layer)]
                                                                                   : std::string();
}

std::string tensorName(const Program &program, const Value &value)
{
    const std::string shape = value.type.shape.text(), layer = layerName(program, value.layer);
    if (!value.name.empty())
        return fmt::format("{} {}", value.name, shape);
    return layer.empty() ? fmt::format("{} {}", roleName(value.role), shape) : fmt::format("{} of {} {}", roleName(value.role), layer, shape);
}

// The op during which most of the shared part of the arena is in use.
std::size_t fullestOp(const Program &program, const MemoryPlan &plan, std::span<const ValueId> roots, std::span<const Lifetime> lifetimes)
{
    std::vector<std::uint64_t> live(program.list.ops.size() + 1, 0);
    for (std::size_t i = 0; i < roots.size(); ++i)
        if (roots[i] == static_cast<ValueId>(i) && plan.values[i].bytes > 0 && plan.values[i].offset >= plan.persistentBytes)
            for (std::int32_t op = lifetimes[i].first; op <= lifetimes[i].last; ++op)
                live[static_cast<std::size_t>(op)] += plan.values[i].bytes;
    for (std::size_t op = 0; op < plan.scratch.size(); ++op)
        live[op] += plan.scratch[op].bytes;
    return static_cast<std::size_t>(std::ranges::max_element(live) - live.begin());
}

std::string listed(const std::vector<MemoryHolder> &holders)
{
    const std::size_t shown = std::min(holders.size(), kShown);
    std::string text;
    for (std::size_t i = 0; i < shown; ++i) {
        text += i == 0 ? "" : i + 1 == shown ? " and " : ", ";
        text += fmt::format("{} ({})", holders[i].name, formatBytes(holders[i].bytes));
    }
    return text;
}

}  // namespace

FullestMoment fullestMoment(const Program &program, const MemoryPlan &plan)
{
    const std::vector<ValueId> roots = planAliases(program);
    const std::vector<Lifetime> lifetimes = planLifetimes(program, roots);
    FullestMoment moment;
    moment.op = fullestOp(program, plan, roots, lifetimes);
    std::map<std::string, std::uint64_t> layers;
    for (std::size_t i = 0; i < roots.size(); ++i) {
        const auto op = static_cast<std::int32_t>(moment.op);
        const bool alive = plan.values[i].offset < plan.persistentBytes || (lifetimes[i].first <= op && op <= lifetimes[i].last);
        if (roots[i] != static_cast<ValueId>(i) || plan.values[i].bytes == 0 || !alive)
            continue;
        const Value &value = program.list.values[i];
        layers[layerName(program, value.layer)] += plan.values[i].bytes;
        moment.tensors.push_back({tensorName(program, value), plan.values[i].bytes});
    }
    if (moment.op < plan.scratch.size() && plan.scratch[moment.op].bytes > 0) {
        const Op &op = program.list.ops[moment.op];
        const std::string layer = layerName(program, op.layer);
        layers[layer] += plan.scratch[moment.op].bytes;
        moment.tensors.push_back({fmt::format("workspace of {}{}{}", opSpec(op.kind).name, layer.empty() ? "" : " in ", layer),
                                  plan.scratch[moment.op].bytes});
    }
    layers.erase(std::string());
    for (const auto &[name, bytes] : layers)
        moment.layers.push_back({name, bytes});
    const auto larger = [](const MemoryHolder &a, const MemoryHolder &b) { return a.bytes > b.bytes; };
    std::ranges::stable_sort(moment.layers, larger);
    std::ranges::stable_sort(moment.tensors, larger);
    return moment;
}

Error outOfMemory(const MemoryDemand &demand, const Program &program, const MemoryPlan &plan)
{
    const std::uint64_t asked = demand.arenaBytes + demand.dataBytes;
    std::string text = fmt::format("The run needs {} on the {} ({} for the network, {} for the data)", formatBytes(asked), demand.device,
                                   formatBytes(demand.arenaBytes), formatBytes(demand.dataBytes));
    if (demand.limitBytes > 0 && asked > demand.limitBytes)
        text += fmt::format(", the limit is {}.", formatBytes(demand.limitBytes));
    else if (demand.freeBytes > 0)
        text += fmt::format(", {} are free.", formatBytes(demand.freeBytes));
    else
        text += ", and the driver refused.";
    const FullestMoment moment = fullestMoment(program, plan);
    if (!moment.layers.empty())
        text += fmt::format(" When most is in use, the largest layers are {}.", listed(moment.layers));
    if (!moment.tensors.empty())
        text += fmt::format(" The largest tensors are {}.", listed(moment.tensors));
    text += " Use a smaller batch, a 16-bit precision or a smaller network.";
    return Error{ErrorCode::OutOfMemory, text, {}, fmt::format("asked {} B, free {} B, limit {} B", asked, demand.freeBytes, demand.limitBytes)};
}

}  // namespace trainyard::cuda
