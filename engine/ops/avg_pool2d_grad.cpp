// avg_pool2d_grad: each output gradient is shared out evenly under its window.
//   input    dy [N, outH, outW, C]
//   output   dx [N, inputH, inputW, C]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &pool = std::get<Pool2dAttributes>(attributes);
    return activationLike(inputs[0], Shape{inputs[0].shape[0], pool.inputH, pool.inputW, inputs[0].shape[3]});
}

const OpSpec kAvgPool2dGradOp{"avg_pool2d_grad", infer, nullptr, nullptr};

}  // namespace trainyard
