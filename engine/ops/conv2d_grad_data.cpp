// conv2d_grad_data: the gradient with respect to the images.
//   inputs   dy [N, outH, outW, out], W [kernelH, kernelW, in / groups, out]
//   output   dx [N, inputH, inputW, in]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &conv = std::get<Conv2dAttributes>(attributes);
    return activationLike(
        inputs[0], Shape{inputs[0].shape[0], conv.inputH, conv.inputW, inputs[1].shape[2] * conv.groups});
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    const Shape &weights = inputs[1].shape;
    return 2.0 * static_cast<double>(inputs[0].shape.elements()) * static_cast<double>(weights[0] * weights[1] * weights[2]);
}

const OpSpec kConv2dGradDataOp{"conv2d_grad_data", infer, nullptr, flops};

}  // namespace trainyard
