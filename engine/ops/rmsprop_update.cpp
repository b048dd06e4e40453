// rmsprop_update: one fused update of all trained parameters; see RmspropAttributes. lr from the step's scalars.
//   inputs   parameter, gradient, mean square, momentum buffer (absent where momentum is 0), mean (absent where not centered),
//            repeated per parameter (all but gradients mutated), and last, in a float16 program: loss scale F32 [4] (see
//            scale_gradient); where its flag lossScale[2] is set, nothing changes
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType>)
{
    return std::vector<OutputType>{};
}

const OpSpec kRmspropUpdateOp{.name = "rmsprop_update", .inferOutputs = infer, .isUpdate = true, .inputsPerTensor = 5};

}  // namespace trainyard
