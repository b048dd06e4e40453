// sgd_update: one fused update of all trained parameters; see SgdAttributes for the rule. lr from the step's scalars.
//   inputs   parameter, gradient, velocity, repeated per parameter (parameters and velocities mutated)
//            and last, in a float16 program (inputs.size() % 3 == 1): loss scale F32 [4] (see scale_gradient); where its flag
//            lossScale[2] is set, nothing changes
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType>)
{
    return std::vector<OutputType>{};
}

const OpSpec kSgdUpdateOp{.name = "sgd_update", .inferOutputs = infer, .isUpdate = true, .inputsPerTensor = 3};

}  // namespace trainyard
