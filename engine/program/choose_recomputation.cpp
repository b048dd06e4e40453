#include "engine/program/choose_recomputation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace trainyard {

namespace {

// An op that only moves memory is worth about this many operations per byte on processors and GPUs of today.
constexpr double kFlopsPerByte = 10;
// Bounds on what a second run may hang on: all that can run again, then this share of the one before.
constexpr int kBounds = 14;
constexpr double kNextBound = 0.7;
// What the backward pass does not read frees nothing by itself, but may have to run again for what reads it.
constexpr double kShareOfUnread = 1.0 / 16;
constexpr int kCorrections = 8;            // times the target is lowered because the plan is higher than the sum at its busiest op
constexpr std::size_t kMostTakenBack = 200;  // ops looked at, the dearest first

StorageNeeds needsOf(const MemoryPlan &plan)
{
    StorageNeeds needs;
    for (const Placement &value : plan.values)
        needs.valueBytes.push_back(value.bytes);
    for (const Placement &scratch : plan.scratch)
        needs.scratchBytes.push_back(scratch.bytes);
    return needs;
}

StorageNeeds needsOf(const Recomputed &again, const StorageNeeds &without)
{
    StorageNeeds needs;
    for (const ValueId value : again.valueFrom)
        needs.valueBytes.push_back(without.valueBytes[static_cast<std::size_t>(value)]);
    for (const std::size_t op : again.opFrom)
        needs.scratchBytes.push_back(without.scratchBytes[op]);
    return needs;
}

std::int64_t aligned(std::uint64_t bytes)
{
    return static_cast<std::int64_t>((bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment);
}

// The largest sum of transient bytes alive at any op: the height of a plan without gaps.
std::uint64_t busiest(const Program &program, const StorageNeeds &needs)
{
    const std::vector<ValueId> roots = planAliases(program);
    const std::vector<Lifetime> lifetimes = planLifetimes(program, roots);
    std::vector<std::int64_t> change(program.list.ops.size() + 2);
    for (std::size_t i = 0; i < lifetimes.size(); ++i) {
        const Value &value = program.list.values[i];
        const bool transient = !value.kept && (value.role == Role::Gradient || value.role == Role::Activation || value.role == Role::Workspace);
        if (!transient || roots[i] != static_cast<ValueId>(i) || lifetimes[i].last < lifetimes[i].first)
            continue;
        const std::int64_t bytes = aligned(needs.valueBytes[i]);
        change[static_cast<std::size_t>(lifetimes[i].first)] += bytes;
        change[static_cast<std::size_t>(lifetimes[i].last) + 1] -= bytes;
    }
    std::int64_t alive = 0, most = 0;
    for (std::size_t op = 0; op < change.size(); ++op) {
        alive += change[op];
        most = std::max(most, alive + (op < needs.scratchBytes.size() ? aligned(needs.scratchBytes[op]) : 0));
    }
    return static_cast<std::uint64_t>(most);
}

class Search {
public:
    Search(std::span<const Program *const> programs, std::span<const MemoryPlan *const> plans, const OpChoice &marked)
        : m_programs(programs), m_program(*programs.front()), m_marked(marked), m_repeatable(repeatableOps(m_program))
    {
        for (const MemoryPlan *plan : plans)
            m_needs.push_back(needsOf(*plan));
        lookAtOps();
    }

    RecomputeChoice run(std::uint64_t budget)
    {
        RecomputeChoice least = planned(m_marked);
        if (least.arenaBytes <= budget)
            return least;
        const std::uint64_t persistent = m_persistent;
        std::uint64_t target = budget - std::min(budget, persistent);
        for (int i = 0; i < kCorrections; ++i) {
            const OpChoice found = cheapest(target);
            RecomputeChoice choice = planned(found);
            const std::uint64_t reached = height(found), over = choice.arenaBytes - std::min(choice.arenaBytes, budget);
            if (choice.arenaBytes < least.arenaBytes)
                least = std::move(choice);
            if (over == 0 || reached > target)
                break;
            // The next one is to be lower than this one, and by what the plan's gaps take.
            target = std::min(reached - 1, target - std::min(target, over));
        }
        return least;
    }

private:
    struct Candidate {
        std::size_t op;
        double work, bytes;
    };

    void lookAtOps()
    {
        const OpList &list = m_program.list;
        m_makers.assign(list.values.size(), list.ops.size());
        std::vector<bool> readLater(list.values.size());
        for (std::size_t i = 0; i < list.ops.size(); ++i) {
            for (const ValueId output : list.ops[i].outputs)
                if (output != kNoValue && i < m_program.backwardBegin)
                    m_makers[static_cast<std::size_t>(output)] = i;
            for (const ValueId input : list.ops[i].inputs)
                if (input != kNoValue && i >= m_program.backwardBegin)
                    readLater[static_cast<std::size_t>(input)] = true;
        }
        m_bytes.resize(list.ops.size());
        for (std::size_t i = m_program.backwardBegin; i-- > 0;) {
            const Op &op = list.ops[i];
            if (opSpec(op.kind).isView) {
                if (readLater[static_cast<std::size_t>(op.outputs[0])])
                    readLater[static_cast<std::size_t>(op.inputs[0])] = true;
                continue;
            }
            double made = 0, moved = 0;
            bool read = false;
            for (const ValueId output : op.outputs)
                if (output != kNoValue) {
                    made += bytesOf(output);
                    read = read || readLater[static_cast<std::size_t>(output)];
                }
            for (const ValueId input : op.inputs)
                if (input != kNoValue && list.value(input).role != Role::Dataset)
                    moved += bytesOf(input);
            m_bytes[i] = made;
            if (!m_repeatable[i] || m_marked[i] || made == 0)
                continue;
            m_candidates.push_back({i, opFlops(list, op) + kFlopsPerByte * (made + moved), read ? made : made * kShareOfUnread});
            m_total += made;
        }
        std::stable_sort(m_candidates.begin(), m_candidates.end(),
                         [](const Candidate &a, const Candidate &b) { return a.work * b.bytes < b.work * a.bytes; });
    }

    double bytesOf(ValueId id) const { return static_cast<double>(m_needs.front().valueBytes[static_cast<std::size_t>(id)]); }

    // The first `count` candidates, but none that hangs on more than `bound` bytes.
    OpChoice choiceOf(std::size_t count, double bound) const
    {
        OpChoice wanted = m_marked;
        for (std::size_t k = 0; k < count; ++k)
            wanted[m_candidates[k].op] = true;
        std::vector<double> hangsOn(m_program.backwardBegin);
        for (std::size_t i = 0; i < m_program.backwardBegin; ++i) {
            const Op &op = m_program.list.ops[i];
            const bool view = opSpec(op.kind).isView;
            if (!wanted[i] && !view)
                continue;
            double before = 0;  // along the longest way: a sum over all ways would count what lies before a skip connection twice
            for (const ValueId input : op.inputs)
                if (input != kNoValue && m_makers[static_cast<std::size_t>(input)] < m_program.backwardBegin)
                    before = std::max(before, hangsOn[m_makers[static_cast<std::size_t>(input)]]);
            const double bytes = before + (view ? 0 : m_bytes[i]);
            if (!view && !m_marked[i] && bytes > bound)
                wanted[i] = false;
            else
                hangsOn[i] = bytes;
        }
        return wanted;
    }

    std::uint64_t height(const OpChoice &ops) const
    {
        const Recomputed again = recompute(m_program, ops);
        return busiest(again.program, needsOf(again, m_needs.front()));
    }
    double workOf(const OpChoice &ops) const
    {
        double work = 0;
        for (const Candidate &candidate : m_candidates)
            work += ops[candidate.op] ? candidate.work : 0;
        return work;
    }

    // The choice of least work whose height is at most the target; the lowest of all where none is.
    OpChoice cheapest(std::uint64_t target) const
    {
        OpChoice best = m_marked, lowest = m_marked;
        double least = std::numeric_limits<double>::infinity();
        std::uint64_t low = height(lowest);
        double bound = m_total;
        for (int i = 0; i < kBounds; ++i, bound *= kNextBound) {
            std::size_t good = m_candidates.size(), bad = 0;
            const std::uint64_t reached = height(choiceOf(good, bound));
            if (reached < low) {
                low = reached;
                lowest = choiceOf(good, bound);
            }
            if (reached > target)
                continue;
            while (good - bad > 1) {
                const std::size_t middle = bad + (good - bad) / 2;
                (height(choiceOf(middle, bound)) <= target ? good : bad) = middle;
            }
            const OpChoice found = choiceOf(good, bound);
            if (const double work = workOf(found); work < least) {
                least = work;
                best = found;
            }
        }
        return std::isinf(least) ? lowest : takenBack(std::move(best), target);
    }

    // Without what the target is met without, the dearest first.
    OpChoice takenBack(OpChoice choice, std::uint64_t target) const
    {
        std::vector<const Candidate *> chosen;
        for (const Candidate &candidate : m_candidates)
            if (choice[candidate.op])
                chosen.push_back(&candidate);
        std::stable_sort(chosen.begin(), chosen.end(), [](const Candidate *a, const Candidate *b) { return a->work > b->work; });
        if (chosen.size() > kMostTakenBack)
            chosen.resize(kMostTakenBack);
        for (const Candidate *candidate : chosen) {
            choice[candidate->op] = false;
            if (height(choice) > target)
                choice[candidate->op] = true;
        }
        return choice;
    }

    // By the planner itself, over all programs of the arena.
    RecomputeChoice planned(const OpChoice &ops)
    {
        const std::vector<Recomputed> all = recomputeAll(m_programs, ops);
        std::vector<const Program *> programs;
        std::vector<StorageNeeds> needs;
        for (std::size_t p = 0; p < all.size(); ++p) {
            programs.push_back(&all[p].program);
            needs.push_back(needsOf(all[p], m_needs[p]));
        }
        const MemoryPlan plan = planMemory(programs, needs).front();
        m_persistent = plan.persistentBytes;
        return {ops, plan.arenaBytes(), all.front().flops};
    }

    std::span<const Program *const> m_programs;
    const Program &m_program;
    const OpChoice m_marked, m_repeatable;
    std::vector<StorageNeeds> m_needs;
    std::vector<std::size_t> m_makers;  // of each value, the forward op; the number of ops: none
    std::vector<double> m_bytes;        // what each forward op makes; 0 for views
    std::vector<Candidate> m_candidates;
    double m_total = 0;
    std::uint64_t m_persistent = 0;
};

}  // namespace

RecomputeChoice chooseRecomputation(std::span<const Program *const> programs, std::span<const MemoryPlan *const> plans, const OpChoice &marked,
                                    std::uint64_t budget)
{
    return Search(programs, plans, marked).run(budget);
}

}  // namespace trainyard
