// nadam_update: one fused update of all trained parameters; see NadamAttributes. lr and t = step + 1 from the step's scalars.
//   inputs   parameter, gradient, first moment, second moment, repeated per parameter (all but gradients mutated), then
//            schedule F32 [1] (mutated): 1 minus the product of all mu so far, 0 at the start,
//            and last, in a float16 program: loss scale F32 [4] (see scale_gradient); where its flag lossScale[2] is set,
//            nothing changes
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType>)
{
    return std::vector<OutputType>{};
}

const OpSpec kNadamUpdateOp{.name = "nadam_update", .inferOutputs = infer, .isUpdate = true, .inputsPerTensor = 4};

}  // namespace trainyard
