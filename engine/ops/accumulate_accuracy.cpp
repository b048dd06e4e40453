// accumulate_accuracy: counts rows whose largest prediction (the first, of equal ones) is the target class.
//   inputs   predictions [N, ..., C], targets I32 [N, ...] or F32 [N, ..., C] (its largest entry), accumulator F64 [2] (mutated): correct, counted
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType>)
{
    return std::vector<OutputType>{};
}

const OpSpec kAccumulateAccuracyOp{"accumulate_accuracy", infer, nullptr, nullptr};

}  // namespace trainyard
