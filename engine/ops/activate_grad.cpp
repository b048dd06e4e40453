// activate_grad: dx = f'(x) dy.
//   inputs   saved (y where gradientUsesOutput(), else x), dy
//   output   dx like dy
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    return activationLike(inputs[1]);
}

const OpSpec kActivateGradOp{"activate_grad", infer, nullptr, nullptr, 1};

}  // namespace trainyard
