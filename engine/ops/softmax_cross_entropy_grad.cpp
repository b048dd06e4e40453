// softmax_cross_entropy_grad: scale (sum of u times probabilities - u) / what the mean is divided by, as in softmax_cross_entropy;
// zero at positions that do not count.
//   inputs   probabilities F32 [N, ..., C], targets and class weights as in the forward op
//   output   dlogits of their shape; F32, or in the logits' type where a low-precision program has set the value's type so
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    return activationLike(inputs[0]);
}

const OpSpec kSoftmaxCrossEntropyGradOp{.name = "softmax_cross_entropy_grad", .inferOutputs = infer, .inPlaceInput = 0, .readsAnyFloat = true, .isLossGradient = true};

}  // namespace trainyard
