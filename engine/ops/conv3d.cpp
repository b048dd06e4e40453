// conv3d: cross-correlation over [N, D, H, W, C], with stride, padding, dilation and groups.
//   inputs   x [N, D, H, W, in], W [kernelD, kernelH, kernelW, in / groups, out], b [out]?
//   output   y [N, outD, outH, outW, out]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &conv = std::get<Conv3dAttributes>(attributes);
    TRAINYARD_CHECK(expectRank("conv3d", "volumes [batch, depth, height, width, channels]", inputs[0], 5));
    const Shape &x = inputs[0].shape;
    std::vector<std::int64_t> sizes{x[0]};
    for (std::size_t i = 0; i < 3; ++i) {
        const std::int64_t padded = x[i + 1] + conv.padBefore[i] + conv.padAfter[i], needed = (conv.kernel[i] - 1) * conv.dilation[i] + 1;
        if (padded < needed)
            return fail(ErrorCode::InvalidGraph, "conv3d needs at least {} {}, got {}. Use a smaller kernel or more padding.", needed,
                        i == 0 ? "slices" : i == 1 ? "rows" : "columns", padded);
        sizes.push_back((padded - needed) / conv.stride[i] + 1);
    }
    sizes.push_back(conv.filters);
    return activationLike(inputs[0], Shape(sizes));
}

static Status gradient(GradientContext &context)
{
    auto attributes = context.attributes<Conv3dAttributes>();
    const Shape &x = context.builder().shape(context.input(0));
    attributes.inputSize = {x[1], x[2], x[3]};
    const ValueId dy = context.outputGradient();
    if (context.wants(1) || context.wants(2)) {
        TRAINYARD_TRY(const auto grads, context.builder().add(OpKind::Conv3dGradWeights, attributes, {context.input(0), dy}));
        context.setInputGradient(1, grads[0]);
        if (attributes.bias)
            context.setInputGradient(2, grads[1]);
    }
    if (context.wants(0)) {
        TRAINYARD_TRY(const auto dx, context.builder().addOne(OpKind::Conv3dGradData, attributes, {dy, context.input(1)}));
        context.setInputGradient(0, dx);
    }
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType> outputs)
{
    const Shape &weights = inputs[1].shape;
    return 2.0 * static_cast<double>(outputs[0].shape.elements()) * static_cast<double>(weights.elements() / weights.back());
}

const OpSpec kConv3dOp{.name = "conv3d", .inferOutputs = infer, .gradient = gradient, .flops = flops, .weightInput = 1};

}  // namespace trainyard
