// layer_norm: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and (biased) variance of each row over the
// last dimension. Ba, Kiros and Hinton 2016.
//   inputs   x [..., C], gamma [C], beta [C]
//   outputs  y like x, mean [rows], inverse deviation [rows]: 1 / sqrt(variance + epsilon)
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    const TensorType rows{DType::F32, Shape{inputs[0].shape.elements() / inputs[0].shape.back()}};
    return std::vector<OutputType>{{inputs[0], Role::Activation}, {rows, Role::Activation}, {rows, Role::Activation}};
}

static Status gradient(GradientContext &context)
{
    TRAINYARD_TRY(const auto grads, context.builder().add(OpKind::LayerNormGrad, context.attributes<LayerNormAttributes>(),
                                                          {context.input(0), context.outputGradient(), context.input(1),
                                                           context.output(1), context.output(2)}));
    for (std::size_t i = 0; i < 3; ++i)
        context.setInputGradient(i, grads[i]);
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 8.0 * static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kLayerNormOp{.name = "layer_norm", .inferOutputs = infer, .gradient = gradient, .flops = flops, .inPlaceInput = 0, .float32Outputs = 0b110};

}  // namespace trainyard
