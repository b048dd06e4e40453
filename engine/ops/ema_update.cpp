// ema_update: moves averages towards values; see EmaAttributes. Steps done from the step's scalars.
//   inputs   value, average, repeated (averages mutated)
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType>)
{
    return std::vector<OutputType>{};
}

const OpSpec kEmaUpdateOp{.name = "ema_update", .inferOutputs = infer, .inputsPerTensor = 2};

}  // namespace trainyard
