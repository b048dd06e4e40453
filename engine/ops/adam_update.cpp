// adam_update: one fused update of all trained parameters; see AdamAttributes. Bias correction uses step + 1.
//   inputs   parameter, gradient, first moment, second moment, repeated per parameter (all but gradients mutated)
//            and last, in a float16 program (inputs.size() % 4 == 1): loss scale F32 [4] (see scale_gradient); where its flag
//            lossScale[2] is set, nothing changes
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType>)
{
    return std::vector<OutputType>{};
}

const OpSpec kAdamUpdateOp{.name = "adam_update", .inferOutputs = infer, .isUpdate = true, .inputsPerTensor = 4};

}  // namespace trainyard
