// conv2d: cross-correlation over [N, H, W, C], with stride, padding, dilation and groups.
//   inputs   x [N, H, W, in], W [kernelH, kernelW, in / groups, out], b [out]?
//   output   y [N, outH, outW, out]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &conv = std::get<Conv2dAttributes>(attributes);
    TRAINYARD_CHECK(expectRank("conv2d", "images [batch, height, width, channels]", inputs[0], 4));
    TRAINYARD_TRY(const auto shape, windowedShape("conv2d", conv.window, inputs[0].shape, conv.filters));
    return activationLike(inputs[0], shape);
}

static Status gradient(GradientContext &context)
{
    auto attributes = context.attributes<Conv2dAttributes>();
    const Shape &x = context.builder().shape(context.input(0));
    attributes.inputH = x[1];
    attributes.inputW = x[2];
    const ValueId dy = context.outputGradient();
    if (context.wants(1) || context.wants(2)) {
        TRAINYARD_TRY(const auto grads,
                      context.builder().add(OpKind::Conv2dGradWeights, attributes, {context.input(0), dy}));
        context.setInputGradient(1, grads[0]);
        if (attributes.bias)
            context.setInputGradient(2, grads[1]);
    }
    if (context.wants(0)) {
        TRAINYARD_TRY(const auto dx, context.builder().addOne(OpKind::Conv2dGradData, attributes, {dy, context.input(1)}));
        context.setInputGradient(0, dx);
    }
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType> outputs)
{
    const Shape &weights = inputs[1].shape;
    return 2.0 * static_cast<double>(outputs[0].shape.elements()) * static_cast<double>(weights[0] * weights[1] * weights[2]);
}

const OpSpec kConv2dOp{.name = "conv2d", .inferOutputs = infer, .gradient = gradient, .flops = flops, .weightInput = 1};

}  // namespace trainyard
