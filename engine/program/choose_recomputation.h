// Which ops to run again so that a run fits into so many bytes, at the least extra work found.
#pragma once

#include <cstdint>
#include <span>

#include "engine/program/memory_plan.h"
#include "engine/program/recompute.h"

namespace trainyard {

struct RecomputeChoice {
    OpChoice ops;
    std::uint64_t arenaBytes = 0;  // of the plan with it: at most the budget, or the least that was found
    double flops = 0;              // what runs a second time in one step
};

// The programs of one arena, of which all that train share the forward phase; the choice is for those. plans: theirs without
// recomputation, which tell what each value and scratchpad takes. Ops in `marked` are chosen in any case.
//
// A search in the spirit of Chen et al. 2016 and Jain et al. 2020 ("Checkmate"), not an exact one: ops are taken in the order of
// work per byte they free, while none may hang on more than so many bytes of others that run again before it (this is what cuts
// a long network into segments); both bounds are tried against the plan, and what the plan does without is taken back.
RecomputeChoice chooseRecomputation(std::span<const Program *const> programs, std::span<const MemoryPlan *const> plans, const OpChoice &marked,
                                    std::uint64_t budget);

}  // namespace trainyard
