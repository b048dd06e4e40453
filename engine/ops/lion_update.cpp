// lion_update: one fused update of all trained parameters; see LionAttributes. With c = beta1 m + (1 - beta1) g:
// w = (1 - lr weightDecay) w - lr sign(c), then m = beta2 m + (1 - beta2) g. lr from the step's scalars.
//   inputs   parameter, gradient, momentum, repeated per parameter (all but gradients mutated), and last, in a float16
//            program: loss scale F32 [4] (see scale_gradient); where its flag lossScale[2] is set, nothing changes
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType>)
{
    return std::vector<OutputType>{};
}

const OpSpec kLionUpdateOp{.name = "lion_update", .inferOutputs = infer, .isUpdate = true, .inputsPerTensor = 3};

}  // namespace trainyard
