// batch_norm: y = gamma (x - mean) / sqrt(variance + epsilon) + beta over the last dimension's channels, with the
// batch's own mean and (biased) variance; the running ones are moved towards them. Ioffe and Szegedy 2015.
//   inputs   x [..., C], gamma [C], beta [C], running mean [C], running variance [C] (both mutated; left out where
//            the op runs a second time in the step)
//   outputs  y like x, mean [C], variance [C], mask: only with fusedRelu, in a format of the backend's own
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    const TensorType channels{DType::F32, Shape{inputs[0].shape.back()}};
    return std::vector<OutputType>{
        {inputs[0], Role::Activation}, {channels, Role::Activation}, {channels, Role::Activation}};
}

static Status gradient(GradientContext &context)
{
    TRAINYARD_TRY(const auto grads,
                  context.builder().add(OpKind::BatchNormGrad, context.attributes<BatchNormAttributes>(),
                                        {context.input(0), context.outputGradient(), context.input(1), context.input(2),
                                         context.output(1), context.output(2), kNoValue}));
    for (std::size_t i = 0; i < 3; ++i)
        context.setInputGradient(i, grads[i]);
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 8.0 * static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kBatchNormOp{.name = "batch_norm", .inferOutputs = infer, .gradient = gradient, .flops = flops, .float32Outputs = 0b110};

}  // namespace trainyard
