// lamb_update: one update of all trained parameters; see LambAttributes. With Adam's corrected moments m and v (t = step + 1),
// r = m / (sqrt(v) + epsilon) + weightDecay w for each tensor, and w = w - lr (|w| / |r|) r; where either norm is 0, the ratio
// is 1. lr from the step's scalars.
//   inputs   parameter, gradient, first moment, second moment, repeated per parameter (all but gradients mutated), and last,
//            in a float16 program: loss scale F32 [4] (see scale_gradient); where its flag lossScale[2] is set, nothing changes
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType>)
{
    return std::vector<OutputType>{};
}

const OpSpec kLambUpdateOp{.name = "lamb_update", .inferOutputs = infer, .isUpdate = true, .inputsPerTensor = 4};

}  // namespace trainyard
