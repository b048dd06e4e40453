// sgd_update: one fused update of all trained parameters; see SgdAttributes for the rule. lr from the step's scalars.
//   inputs   parameter, gradient, velocity, repeated per parameter (parameters and velocities mutated)
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType>)
{
    return std::vector<OutputType>{};
}

const OpSpec kSgdUpdateOp{"sgd_update", infer, nullptr, nullptr};

}  // namespace trainyard
