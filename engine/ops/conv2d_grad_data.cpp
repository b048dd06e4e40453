// conv2d_grad_data: the gradient with respect to the images; forward, a transposed convolution of dy.
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

// The op is linear in dy and in W, as conv2d is in x and W: the same three ops with their parts exchanged.
static Status gradient(GradientContext &context)
{
    OpBuilder &builder = context.builder();
    auto attributes = context.attributes<Conv2dAttributes>();
    attributes.bias = false;
    const ValueId image = context.outputGradient();
    if (context.wants(1)) {
        TRAINYARD_TRY(const auto grads, builder.add(OpKind::Conv2dGradWeights, attributes, {image, context.input(0)}));
        context.setInputGradient(1, grads[0]);
    }
    if (context.wants(0)) {
        attributes.inputH = attributes.inputW = 0;
        TRAINYARD_TRY(const ValueId dx, builder.addOne(OpKind::Conv2d, attributes, {image, context.input(1), kNoValue}));
        context.setInputGradient(0, dx);
    }
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    const Shape &weights = inputs[1].shape;
    return 2.0 * static_cast<double>(inputs[0].shape.elements()) * static_cast<double>(weights[0] * weights[1] * weights[2]);
}

const OpSpec kConv2dGradDataOp{.name = "conv2d_grad_data", .inferOutputs = infer, .gradient = gradient, .flops = flops, .weightInput = 1};

}  // namespace trainyard
