// clip_gradients: bounds all parameter gradients together; see ClipAttributes. Elements first go to [-maxValue, maxValue],
// then all are multiplied by min(1, maxNorm / (norm + 1e-6)), norm being the root of the sum of the squares of all of them.
// What is not a number stays so, and makes the norm, and with it every gradient, not a number.
//   inputs   gradients F32, one or more (all mutated)
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    for (const TensorType &gradient : inputs)
        if (gradient.dtype != DType::F32)
            return fail(ErrorCode::InvalidGraph, "clip_gradients needs float32 gradients, got {}.", dtypeName(gradient.dtype));
    return std::vector<OutputType>{};
}

const OpSpec kClipGradientsOp{"clip_gradients", infer, nullptr, nullptr};

}  // namespace trainyard
