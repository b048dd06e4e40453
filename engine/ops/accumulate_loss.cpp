// accumulate_loss: adds loss x validRows and validRows to the accumulator.
//   inputs   loss F32 [1], accumulator F64 [2] (mutated): sum, rows
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType>)
{
    return std::vector<OutputType>{};
}

const OpSpec kAccumulateLossOp{.name = "accumulate_loss", .inferOutputs = infer, .readsAnyFloat = true};

}  // namespace trainyard
