// group_norm_grad: all three gradients of group_norm.
//   inputs   x [N, ..., C], dy like x, gamma [C], mean [N, groups], inverse deviation [N, groups]
//   outputs  dx like x, dgamma [C], dbeta [C]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    const TensorType channels{DType::F32, Shape{inputs[0].shape.back()}};
    return std::vector<OutputType>{{inputs[0], Role::Activation}, {channels, Role::Gradient}, {channels, Role::Gradient}};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 14.0 * static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kGroupNormGradOp{.name = "group_norm_grad", .inferOutputs = infer, .flops = flops, .inPlaceInput = 1};

}  // namespace trainyard
