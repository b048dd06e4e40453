// adagrad_update: one fused update of all trained parameters; see AdagradAttributes. lr and steps done from the step's scalars.
//   inputs   parameter, gradient, sum of squares, repeated per parameter (all but gradients mutated), and last, in a float16
//            program: loss scale F32 [4] (see scale_gradient); where its flag lossScale[2] is set, nothing changes
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType>)
{
    return std::vector<OutputType>{};
}

const OpSpec kAdagradUpdateOp{.name = "adagrad_update", .inferOutputs = infer, .isUpdate = true, .inputsPerTensor = 3};

}  // namespace trainyard
