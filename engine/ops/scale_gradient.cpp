// scale_gradient: y = dy * lossScale[0], rounded to the output's type after the product: what a float16 program does to the
// gradient its loss starts the backward pass with, so that small gradients further down do not vanish.
//   inputs   dy (F32 or 16 bit), loss scale F32 [4]: scale, good steps since it changed, found-infinite flag, steps skipped in all
//   output   y of dy's shape, of the type the attributes name (CastAttributes)
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    TRAINYARD_CHECK(expectLossScale("scale_gradient", inputs[1]));
    return std::vector<OutputType>{{{std::get<CastAttributes>(attributes).to, inputs[0].shape}, Role::Activation}};
}

const OpSpec kScaleGradientOp{"scale_gradient", infer, nullptr, nullptr, 0};

}  // namespace trainyard
