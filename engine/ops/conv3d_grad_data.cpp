// conv3d_grad_data: the gradient with respect to the volumes.
//   inputs   dy [N, outD, outH, outW, out], W [kernelD, kernelH, kernelW, in / groups, out]
//   output   dx [N, inputD, inputH, inputW, in]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &conv = std::get<Conv3dAttributes>(attributes);
    const auto &size = conv.inputSize;
    return activationLike(inputs[0], Shape{inputs[0].shape[0], size[0], size[1], size[2], inputs[1].shape[3] * conv.groups});
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    const Shape &weights = inputs[1].shape;
    return 2.0 * static_cast<double>(inputs[0].shape.elements()) * static_cast<double>(weights.elements() / weights.back());
}

const OpSpec kConv3dGradDataOp{.name = "conv3d_grad_data", .inferOutputs = infer, .flops = flops, .weightInput = 1};

}  // namespace trainyard
