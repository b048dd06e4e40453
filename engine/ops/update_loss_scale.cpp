// update_loss_scale: the end of a float16 program's step; see LossScaleAttributes. With the flag set: scale = max(scale *
// backoff, smallest), good steps = 0, skipped += 1. Otherwise good steps += 1, and once they reach growthInterval: scale =
// min(scale * growth, largest), good steps = 0. The flag is cleared in the end.
//   inputs   loss scale F32 [4] (mutated, see scale_gradient)
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    TRAINYARD_CHECK(expectLossScale("update_loss_scale", inputs[0]));
    return std::vector<OutputType>{};
}

const OpSpec kUpdateLossScaleOp{"update_loss_scale", infer, nullptr, nullptr};

}  // namespace trainyard
