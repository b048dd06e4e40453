// Where every value lies in the one arena, and what that costs. Pure: nothing is allocated here.
#pragma once

#include <cstdint>
#include <map>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/program/program.h"

namespace trainyard {

inline constexpr std::size_t kArenaAlignment = 256;

// What the plan costs, in bytes of the arena. The parts add up to total exactly; alignment is counted with the part
// it belongs to. `activations` and `workspace` share memory over time: their parts are what each role holds at the
// moment of the peak, gradients included there as far as they are alive then.
struct MemoryBytes {
    std::uint64_t parameters = 0;   // weights and running statistics
    std::uint64_t gradients = 0;    // of the parameters
    std::uint64_t optimizer = 0;
    std::uint64_t activations = 0;
    std::uint64_t workspace = 0;
    std::uint64_t data = 0;         // indices, gathered batch, metric accumulators
    std::uint64_t total() const { return parameters + gradients + optimizer + activations + workspace + data; }
    MemoryBytes &operator+=(const MemoryBytes &other);
};

// The part that counts values of a role.
std::uint64_t &partOf(MemoryBytes &bytes, Role role);

struct LayerMemory {
    std::string layer;  // empty: not of any one layer: data, metrics, gaps of the placement
    MemoryBytes bytes;  // what it holds at the moment of the peak; those of all layers add up to the plan's, part by part
};

// The sizes a backend decides: blocked weights may be padded, workspaces are its own.
struct StorageNeeds {
    std::vector<std::uint64_t> valueBytes;    // per value; 0 for views, Dataset and unused values
    std::vector<std::uint64_t> scratchBytes;  // per op: alive during that op alone
};

struct Placement {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;  // 0: not in the arena
};

struct MemoryPlan {
    std::vector<Placement> values;   // per value of the program; views and in-place outputs share their source's
    std::vector<Placement> scratch;  // per op
    std::uint64_t persistentBytes = 0;  // parameters, state, optimizer, data, metrics: the front of the arena
    std::uint64_t transientBytes = 0;   // behind it, reused over the step
    std::uint64_t lowerBound = 0;       // the largest sum of live transient bytes at any op: no plan can be smaller
    MemoryBytes bytes;
    std::vector<LayerMemory> layers;
    std::uint64_t arenaBytes() const { return persistentBytes + transientBytes; }
};

// Makes a plan's rows of layers, one for each of the program and a last one for what is of none, and finds them by name. plan must
// outlive it.
class LayerRows {
public:
    LayerRows(const Program &program, MemoryPlan &plan);
    MemoryBytes &at(const std::string &layer);  // the last one where the program has no such layer

private:
    MemoryPlan &m_plan;
    std::map<std::string, std::size_t> m_rows;
};

// Values sharing one memory: views and in-place outputs, as chains to a root. root[v] == v for the rest.
std::vector<ValueId> planAliases(const Program &program);

// First and last op (inclusive) at which a root's memory is needed; first > last: never.
struct Lifetime {
    std::int32_t first = 0;
    std::int32_t last = -1;
};
std::vector<Lifetime> planLifetimes(const Program &program, std::span<const ValueId> roots);

// Persistent values of the programs that share one arena are laid out once, by name for parameters, state, optimizer
// state and whatever is kept; transient ones are placed greedily by size at the lowest free offset. The programs share the
// transient part, since they never run at the same time. plans[i] belongs to programs[i].
std::vector<MemoryPlan> planMemory(std::span<const Program *const> programs, std::span<const StorageNeeds> needs);

}  // namespace trainyard
