// unscale_gradients: g = g / lossScale[0] for every parameter gradient; the flag lossScale[2] becomes 1 where any of their
// elements is not finite, and stays as it is otherwise.
//   inputs   loss scale F32 [4] (see scale_gradient), then gradients F32, one or more (all mutated)
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    TRAINYARD_CHECK(expectLossScale("unscale_gradients", inputs[0]));
    return std::vector<OutputType>{};
}

const OpSpec kUnscaleGradientsOp{"unscale_gradients", infer, nullptr, nullptr};

}  // namespace trainyard
