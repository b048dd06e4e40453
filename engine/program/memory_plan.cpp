#include "engine/program/memory_plan.h"

#include <algorithm>
#include <map>

namespace trainyard {

namespace {

constexpr std::uint64_t align(std::uint64_t bytes)
{
    return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
}

bool isPersistent(const Value &value)
{
    return value.kept || value.role == Role::Parameter || value.role == Role::State || value.role == Role::OptimizerState
           || value.role == Role::Data || value.role == Role::Metric;
}

// Persistent parts in the arena's order: trained parameters side by side, then their state.
int persistentRank(const Value &value)
{
    switch (value.role) {
    case Role::Parameter: return 0;
    case Role::State: return 1;
    case Role::OptimizerState: return 2;
    case Role::Data: return 3;
    default: return 4;
    }
}

// One block of transient memory with the ops during which it must not move or be shared.
struct Block {
    std::uint64_t bytes = 0;  // aligned
    std::int32_t first = 0, last = 0;
    Role role = Role::Activation;
    std::int32_t layer = -1;
    Placement *place = nullptr;
    std::uint64_t offset = 0;
};

// Places the blocks in the order given, each at the lowest free offset. Returns the height.
std::uint64_t placeInOrder(std::vector<Block> &blocks)
{
    std::uint64_t height = 0;
    std::vector<const Block *> overlapping;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        Block &block = blocks[i];
        overlapping.clear();
        for (std::size_t k = 0; k < i; ++k)
            if (blocks[k].first <= block.last && block.first <= blocks[k].last)
                overlapping.push_back(&blocks[k]);
        std::sort(overlapping.begin(), overlapping.end(), [](auto *a, auto *b) { return a->offset < b->offset; });
        std::uint64_t offset = 0;
        for (const Block *other : overlapping) {
            if (offset + block.bytes <= other->offset)
                break;
            offset = std::max(offset, other->offset + other->bytes);
        }
        block.offset = offset;
        height = std::max(height, offset + block.bytes);
    }
    return height;
}

// Greedy placement, in the best of several orders: by size, by lifetime, by both, by time. See "Efficient Memory Management
// for Deep Neural Net Inference", Pisarchyk and Lee 2020, for the comparison; no order is the best for every network.
std::uint64_t placeBlocks(std::vector<Block> &blocks)
{
    const auto duration = [](const Block &block) { return static_cast<std::uint64_t>(block.last - block.first + 1); };
    const auto bySize = [](const Block &a, const Block &b) { return a.bytes > b.bytes; };
    const auto byLifetime = [&](const Block &a, const Block &b) {
        return std::pair(duration(a), a.bytes) > std::pair(duration(b), b.bytes);
    };
    const auto byArea = [&](const Block &a, const Block &b) { return a.bytes * duration(a) > b.bytes * duration(b); };
    const auto byTime = [](const Block &a, const Block &b) { return a.first < b.first; };
    std::uint64_t least = UINT64_MAX;
    std::vector<Block> best;
    const auto tryOrder = [&](auto before) {
        std::vector<Block> tried = blocks;
        std::stable_sort(tried.begin(), tried.end(), before);
        if (const std::uint64_t height = placeInOrder(tried); height < least) {
            least = height;
            best = std::move(tried);
        }
    };
    tryOrder(bySize);
    tryOrder(byArea);
    tryOrder(byLifetime);
    tryOrder(byTime);
    blocks = std::move(best);
    return least;
}

struct PersistentSlot {
    std::uint64_t bytes = 0;
    std::uint64_t offset = 0;
    int rank = 0;
    Role role = Role::Data;
    std::string layer;  // empty: of none
};

// A persistent value's identity across programs: trained state by its name; the batch and accumulators of different
// programs never live at once, but are cheap, so each has its own place by (program, value).
std::string persistentKey(std::size_t program, ValueId id, const Value &value)
{
    if (!value.kept && (value.role == Role::Data || value.role == Role::Metric))
        return "#" + std::to_string(program) + "/" + std::to_string(id);
    if (value.kept && value.place >= 0)
        return "@" + std::to_string(value.place);
    return value.name;
}

std::vector<Block> transientBlocks(const Program &program, const StorageNeeds &needs, std::span<const ValueId> roots,
                                   MemoryPlan &plan)
{
    const std::vector<Lifetime> lifetimes = planLifetimes(program, roots);
    std::vector<Block> blocks;
    for (std::size_t i = 0; i < program.list.values.size(); ++i) {
        const Value &value = program.list.values[i];
        if (isPersistent(value) || value.role == Role::Dataset || roots[i] != static_cast<ValueId>(i)
            || lifetimes[i].last < lifetimes[i].first)
            continue;
        std::uint64_t bytes = 0;
        for (std::size_t k = 0; k < roots.size(); ++k)
            if (roots[k] == static_cast<ValueId>(i))
                bytes = std::max(bytes, needs.valueBytes[k]);
        if (bytes == 0)
            continue;
        plan.values[i].bytes = bytes;
        blocks.push_back({align(bytes), lifetimes[i].first, lifetimes[i].last, value.role, value.layer, &plan.values[i], 0});
    }
    for (std::size_t i = 0; i < needs.scratchBytes.size(); ++i) {
        if (needs.scratchBytes[i] == 0)
            continue;
        plan.scratch[i].bytes = needs.scratchBytes[i];
        const auto op = static_cast<std::int32_t>(i);
        blocks.push_back({align(needs.scratchBytes[i]), op, op, Role::Workspace, program.list.ops[i].layer, &plan.scratch[i], 0});
    }
    return blocks;
}

// The layer a persistent value is counted with.
std::string persistentLayer(const Program &program, const Value &value)
{
    const bool ofLayer = value.layer >= 0 && value.role != Role::Data && value.role != Role::Metric;
    return ofLayer ? program.layerNames[static_cast<std::size_t>(value.layer)] : std::string();
}

// Splits the transient height by what is alive at the busiest op, and of which layer; what nothing claims there (gaps of the
// placement) is counted with the activations, of no layer.
void countTransient(std::span<const Block> blocks, std::size_t opCount, std::uint64_t height, MemoryPlan &plan)
{
    std::vector<std::int64_t> change(opCount + 2, 0);  // of the live bytes, at each op
    for (const Block &block : blocks) {
        change[static_cast<std::size_t>(block.first)] += static_cast<std::int64_t>(block.bytes);
        change[static_cast<std::size_t>(block.last) + 1] -= static_cast<std::int64_t>(block.bytes);
    }
    std::int64_t live = 0, peak = 0;
    std::int32_t busiest = -1;
    for (std::size_t op = 0; op <= opCount; ++op) {
        live += change[op];
        if (live > peak) {
            peak = live;
            busiest = static_cast<std::int32_t>(op);
        }
    }
    plan.lowerBound = static_cast<std::uint64_t>(peak);
    const auto count = [&plan](std::int32_t layer, Role role, std::uint64_t bytes) {
        partOf(plan.bytes, role) += bytes;
        partOf(layer < 0 ? plan.layers.back().bytes : plan.layers[static_cast<std::size_t>(layer)].bytes, role) += bytes;
    };
    for (const Block &block : blocks)
        if (block.first <= busiest && busiest <= block.last)
            count(block.layer, block.role, block.bytes);
    count(-1, Role::Activation, height - plan.lowerBound);
}

}  // namespace

MemoryBytes &MemoryBytes::operator+=(const MemoryBytes &other)
{
    parameters += other.parameters;
    gradients += other.gradients;
    optimizer += other.optimizer;
    activations += other.activations;
    workspace += other.workspace;
    data += other.data;
    return *this;
}

LayerRows::LayerRows(const Program &program, MemoryPlan &plan) : m_plan(plan)
{
    plan.layers.resize(program.layerNames.size() + 1);
    for (std::size_t i = 0; i < program.layerNames.size(); ++i) {
        plan.layers[i].layer = program.layerNames[i];
        m_rows.emplace(program.layerNames[i], i);
    }
}

MemoryBytes &LayerRows::at(const std::string &layer)
{
    const auto row = m_rows.find(layer);
    return row == m_rows.end() ? m_plan.layers.back().bytes : m_plan.layers[row->second].bytes;
}

std::uint64_t &partOf(MemoryBytes &bytes, Role role)
{
    switch (role) {
    case Role::Parameter:
    case Role::State: return bytes.parameters;
    case Role::OptimizerState: return bytes.optimizer;
    case Role::Gradient: return bytes.gradients;
    case Role::Activation: return bytes.activations;
    case Role::Workspace: return bytes.workspace;
    default: return bytes.data;
    }
}

std::vector<MemoryPlan> planMemory(std::span<const Program *const> programs, std::span<const StorageNeeds> needs)
{
    std::vector<MemoryPlan> plans(programs.size());
    std::map<std::string, PersistentSlot> slots;
    std::vector<PersistentSlot *> order;
    for (std::size_t p = 0; p < programs.size(); ++p) {
        const auto &values = programs[p]->list.values;
        plans[p].values.resize(values.size());
        plans[p].scratch.resize(programs[p]->list.ops.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!isPersistent(values[i]) || needs[p].valueBytes[i] == 0)
                continue;
            const auto [slot, fresh] = slots.try_emplace(persistentKey(p, static_cast<ValueId>(i), values[i]));
            if (fresh) {
                order.push_back(&slot->second);
                slot->second.layer = persistentLayer(*programs[p], values[i]);
            }
            slot->second.rank = persistentRank(values[i]);
            slot->second.role = values[i].role;
            slot->second.bytes = std::max(slot->second.bytes, needs[p].valueBytes[i]);
        }
    }
    std::stable_sort(order.begin(), order.end(), [](auto *a, auto *b) { return a->rank < b->rank; });
    std::uint64_t persistent = 0;
    MemoryBytes persistentParts;
    for (PersistentSlot *slot : order) {
        slot->offset = persistent;
        persistent += align(slot->bytes);
        partOf(persistentParts, slot->role) += align(slot->bytes);
    }

    std::uint64_t tallest = 0;
    std::vector<std::vector<Block>> blocks(programs.size());
    for (std::size_t p = 0; p < programs.size(); ++p) {
        const Program &program = *programs[p];
        const std::vector<ValueId> roots = planAliases(program);
        blocks[p] = transientBlocks(program, needs[p], roots, plans[p]);
        tallest = std::max(tallest, placeBlocks(blocks[p]));
        for (Block &block : blocks[p])
            block.place->offset = persistent + block.offset;
        for (std::size_t i = 0; i < program.list.values.size(); ++i) {
            const Value &value = program.list.values[i];
            if (isPersistent(value) && needs[p].valueBytes[i] > 0)
                plans[p].values[i] = {slots.at(persistentKey(p, static_cast<ValueId>(i), value)).offset,
                                      needs[p].valueBytes[i]};
        }
        for (std::size_t i = 0; i < roots.size(); ++i)
            plans[p].values[i] = plans[p].values[static_cast<std::size_t>(roots[i])];
        plans[p].persistentBytes = persistent;
        plans[p].bytes = persistentParts;
        LayerRows rows(program, plans[p]);
        for (const PersistentSlot *slot : order)
            partOf(rows.at(slot->layer), slot->role) += align(slot->bytes);
    }
    for (std::size_t p = 0; p < programs.size(); ++p) {
        plans[p].transientBytes = tallest;
        countTransient(blocks[p], programs[p]->list.ops.size(), tallest, plans[p]);
    }
    return plans;
}

}  // namespace trainyard
