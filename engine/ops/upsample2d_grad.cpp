// upsample2d_grad: each source pixel gets the gradients of the pixels it went into, by its share in them.
//   input    dy [N, H factorH, W factorW, C]
//   output   dx [N, H, W, C]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &upsample = std::get<UpsampleAttributes>(attributes);
    const Shape &y = inputs[0].shape;
    return activationLike(inputs[0], Shape{y[0], y[1] / upsample.factorH, y[2] / upsample.factorW, y[3]});
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kUpsample2dGradOp{.name = "upsample2d_grad", .inferOutputs = infer, .flops = flops};

}  // namespace trainyard
