// conv3d_grad_weights: the gradients with respect to weights and bias.
//   inputs   x [N, D, H, W, in], dy [N, outD, outH, outW, out]
//   outputs  dW [kernelD, kernelH, kernelW, in / groups, out], db [out]  (db left out without a bias)
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &conv = std::get<Conv3dAttributes>(attributes);
    const Shape weights{conv.kernel[0], conv.kernel[1], conv.kernel[2], inputs[0].shape.back() / conv.groups, conv.filters};
    std::vector<OutputType> outputs{{{DType::F32, weights}, Role::Gradient}};
    if (conv.bias)
        outputs.push_back({{DType::F32, Shape{conv.filters}}, Role::Gradient});
    return outputs;
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType> outputs)
{
    const Shape &weights = outputs[0].shape;
    return 2.0 * static_cast<double>(inputs[1].shape.elements()) * static_cast<double>(weights.elements() / weights.back());
}

const OpSpec kConv3dGradWeightsOp{"conv3d_grad_weights", infer, nullptr, flops};

}  // namespace trainyard
