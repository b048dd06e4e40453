// The gradient of an elementwise chain, as a chain again: the forward values are computed once more, then the chain is
// gone through backwards.
#pragma once

#include <optional>

#include "engine/ops/chain_program.h"

namespace trainyard {

struct ChainGradient {
    // Its inputs are the chain's inputs, then the gradients of those outputs that have one, in order.
    ChainProgram program;
    // By input of the chain; nothing where no gradient arrives. An input of the program as it is: no work to do.
    std::vector<std::optional<ChainProgram::Node>> inputs;
};

// given: by output, whether it has a gradient. Where two inputs of a maximum are equal, the first takes the gradient; abs,
// sign and comparisons have slope 0 at the jump. Errors: Unsupported where the chain has an activation's gradient in it.
Result<ChainGradient> gradientOf(const ElementwiseChainAttributes &chain, std::size_t inputs, std::span<const bool> given);

}  // namespace trainyard
