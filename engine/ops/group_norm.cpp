// group_norm: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and (biased) variance of each sample's group of
// channels over all positions. Wu and He 2018; with one channel per group it is instance norm (Ulyanov et al. 2016).
//   inputs   x [N, ..., C], gamma [C], beta [C]
//   outputs  y like x, mean [N, groups], inverse deviation [N, groups]: 1 / sqrt(variance + epsilon)
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const std::int64_t groups = std::get<GroupNormAttributes>(attributes).groups, channels = inputs[0].shape.back();
    if (inputs[0].shape.rank() < 2 || groups < 1 || channels % groups != 0)
        return fail(ErrorCode::InvalidGraph, "group_norm cannot split the {} channels of {} into {} equal groups.", channels, inputs[0].shape.text(), groups);
    const TensorType statistics{DType::F32, Shape{inputs[0].shape[0], groups}};
    return std::vector<OutputType>{{inputs[0], Role::Activation}, {statistics, Role::Activation}, {statistics, Role::Activation}};
}

static Status gradient(GradientContext &context)
{
    TRAINYARD_TRY(const auto grads, context.builder().add(OpKind::GroupNormGrad, context.attributes<GroupNormAttributes>(),
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

const OpSpec kGroupNormOp{.name = "group_norm", .inferOutputs = infer, .gradient = gradient, .flops = flops, .inPlaceInput = 0, .float32Outputs = 0b110};

}  // namespace trainyard
