// log_softmax_grad: dx = dy - exp(y) sum(dy) over the last dimension.
//   inputs   y [..., C], dy like y
//   output   dx like y
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    return activationLike(inputs[0]);
}

const OpSpec kLogSoftmaxGradOp{"log_softmax_grad", infer, nullptr, nullptr, 1};

}  // namespace trainyard
