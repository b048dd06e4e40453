// softmax_grad: dx = y (dy - sum(y dy)) over the last dimension.
//   inputs   y [..., C], dy like y
//   output   dx like y
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    return activationLike(inputs[0]);
}

const OpSpec kSoftmaxGradOp{"softmax_grad", infer, nullptr, nullptr, 1};

}  // namespace trainyard
