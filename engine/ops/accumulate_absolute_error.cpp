// accumulate_absolute_error: adds |prediction - target| / scale over the valid rows (scale brings standardized targets back to their own unit).
//   inputs   predictions [N, k], targets F32 [N, k], scale F32 [1 or k]?, accumulator F64 [2] (mutated): sum, elements
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType>)
{
    return std::vector<OutputType>{};
}

const OpSpec kAccumulateAbsoluteErrorOp{"accumulate_absolute_error", infer, nullptr, nullptr};

}  // namespace trainyard
