// max_pool2d: the largest element under the window; of equal ones the first in row-major order.
//   input    x [N, H, W, C]
//   outputs  y [N, outH, outW, C], saved: where each maximum was, in a format of the backend's own
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &pool = std::get<Pool2dAttributes>(attributes);
    TRAINYARD_CHECK(expectRank("max_pool2d", "images [batch, height, width, channels]", inputs[0], 4));
    TRAINYARD_TRY(const auto shape, windowedShape("max_pool2d", pool.window, inputs[0].shape, inputs[0].shape[3]));
    return std::vector<OutputType>{{{inputs[0].dtype, shape}, Role::Activation}, {{DType::U8, shape}, Role::Workspace}};
}

static Status gradient(GradientContext &context)
{
    auto attributes = context.attributes<Pool2dAttributes>();
    const Shape &x = context.builder().shape(context.input(0));
    attributes.inputH = x[1];
    attributes.inputW = x[2];
    TRAINYARD_TRY(const auto dx, context.builder().addOne(OpKind::MaxPool2dGrad, attributes,
                                                          {context.outputGradient(), context.output(1)}));
    context.setInputGradient(0, dx);
    return {};
}

const OpSpec kMaxPool2dOp{"max_pool2d", infer, gradient, nullptr};

}  // namespace trainyard
