// Where a recurrent op is in its sequences, for one position after another.
#pragma once

#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

// Values are [batch, length, a number of blocks of `units`].
struct SequencePlace {
    std::int64_t batch = 0, length = 0, units = 0;
    std::int64_t position = 0;
    std::int64_t before = -1;  // the position computed right before in the forward pass; -1: none

    // For the s-th position of the forward pass.
    SequencePlace at(std::int64_t s, bool reverse) const
    {
        const auto positionOf = [&](std::int64_t k) { return reverse ? length - 1 - k : k; };
        return {batch, length, units, positionOf(s), s > 0 ? positionOf(s - 1) : -1};
    }
};

inline SequencePlace sequencePlace(const StepRequest &request)
{
    const Shape &gates = request.inputShape(0);
    return {gates[0], gates[1], request.attributes<RecurrentAttributes>().units, 0, -1};
}

// The states before each position, 0 before the first: before[n, t] = states[n, t - 1], or t + 1 in reverse. Both of this type and
// [batch, length, units]. Errors: Internal.
Status copyStatesBefore(cudaStream_t stream, DType dtype, const SequencePlace &place, bool reverse, const void *states, void *before);

}  // namespace trainyard::cuda
