// avg_pool2d: the mean under the window; padding counts only where countPadding is set.
//   input    x [N, H, W, C]
//   output   y [N, outH, outW, C]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &pool = std::get<Pool2dAttributes>(attributes);
    TRAINYARD_CHECK(expectRank("avg_pool2d", "images [batch, height, width, channels]", inputs[0], 4));
    TRAINYARD_TRY(const auto shape, windowedShape("avg_pool2d", pool.window, inputs[0].shape, inputs[0].shape[3]));
    return activationLike(inputs[0], shape);
}

static Status gradient(GradientContext &context)
{
    auto attributes = context.attributes<Pool2dAttributes>();
    const Shape &x = context.builder().shape(context.input(0));
    attributes.inputH = x[1];
    attributes.inputW = x[2];
    TRAINYARD_TRY(const auto dx,
                  context.builder().addOne(OpKind::AvgPool2dGrad, attributes, {context.outputGradient()}));
    context.setInputGradient(0, dx);
    return {};
}

const OpSpec kAvgPool2dOp{"avg_pool2d", infer, gradient, nullptr};

}  // namespace trainyard
