// rms_norm: y = gamma x / sqrt(mean of x^2 + epsilon) over the last dimension. Zhang and Sennrich 2019.
//   inputs   x [..., C], gamma [C]
//   outputs  y like x, inverse [rows]: 1 / sqrt(mean of x^2 + epsilon)
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    const TensorType rows{DType::F32, Shape{inputs[0].shape.elements() / inputs[0].shape.back()}};
    return std::vector<OutputType>{{inputs[0], Role::Activation}, {rows, Role::Activation}};
}

static Status gradient(GradientContext &context)
{
    TRAINYARD_TRY(const auto grads, context.builder().add(OpKind::RmsNormGrad, context.attributes<LayerNormAttributes>(),
                                                          {context.input(0), context.outputGradient(), context.input(1), context.output(1)}));
    context.setInputGradient(0, grads[0]);
    context.setInputGradient(1, grads[1]);
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 4.0 * static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kRmsNormOp{.name = "rms_norm", .inferOutputs = infer, .gradient = gradient, .flops = flops, .inPlaceInput = 0, .float32Outputs = 0b10};

}  // namespace trainyard
