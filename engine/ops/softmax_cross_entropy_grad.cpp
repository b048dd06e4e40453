// softmax_cross_entropy_grad: scale (probabilities - target) / valid positions; zero in rows that are not valid.
//   inputs   probabilities F32 [N, ..., C], targets as in the forward op
//   output   dlogits of their shape; F32, or in the logits' type where a low-precision program has set the value's type so
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    return activationLike(inputs[0]);
}

const OpSpec kSoftmaxCrossEntropyGradOp{"softmax_cross_entropy_grad", infer, nullptr, nullptr, 0};

}  // namespace trainyard
