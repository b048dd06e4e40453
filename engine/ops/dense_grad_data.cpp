// dense_grad_data: dx = dy W^T.
//   inputs   dy [..., out], W [in, out]
//   output   dx [..., in]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    auto sizes = inputs[0].shape.sizes();
    sizes.back() = inputs[1].shape[0];
    return activationLike(inputs[0], Shape(std::move(sizes)));
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType> outputs)
{
    return 2.0 * static_cast<double>(outputs[0].shape.elements()) * static_cast<double>(inputs[0].shape.back());
}

const OpSpec kDenseGradDataOp{.name = "dense_grad_data", .inferOutputs = infer, .flops = flops, .weightInput = 1};

}  // namespace trainyard
