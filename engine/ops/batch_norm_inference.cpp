// batch_norm_inference: batch_norm with the running mean and variance.
//   inputs   x [..., C], gamma [C], beta [C], running mean [C], running variance [C]
//   output   y like x
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    return activationLike(inputs[0]);
}

const OpSpec kBatchNormInferenceOp{"batch_norm_inference", infer, nullptr, nullptr, 0};

}  // namespace trainyard
