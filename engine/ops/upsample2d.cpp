// upsample2d: images enlarged by whole factors, each pixel repeated or blended with its neighbours (upsampling.h).
//   input    x [N, H, W, C]
//   output   y [N, H factorH, W factorW, C]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &upsample = std::get<UpsampleAttributes>(attributes);
    TRAINYARD_CHECK(expectRank("upsample2d", "images [batch, height, width, channels]", inputs[0], 4));
    const Shape &x = inputs[0].shape;
    return activationLike(inputs[0], Shape{x[0], x[1] * upsample.factorH, x[2] * upsample.factorW, x[3]});
}

static Status gradient(GradientContext &context)
{
    TRAINYARD_TRY(const ValueId dx, context.builder().addOne(OpKind::Upsample2dGrad, context.attributes<UpsampleAttributes>(), {context.outputGradient()}));
    context.setInputGradient(0, dx);
    return {};
}

const OpSpec kUpsample2dOp{.name = "upsample2d", .inferOutputs = infer, .gradient = gradient};

}  // namespace trainyard
