// accumulate_error: adds |e| or e^2 over the valid rows, e = (prediction - target) / scale (scale brings standardized targets back
// to their own unit).
//   inputs   predictions [N, ...], targets F32 of that shape, scale F32 [1 or elements of a row]?, accumulator F64 [2] (mutated):
//            sum, elements
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    TRAINYARD_CHECK(expectSame("accumulate_error", inputs[0], inputs[1]));
    return std::vector<OutputType>{};
}

const OpSpec kAccumulateErrorOp{.name = "accumulate_error", .inferOutputs = infer, .readsAnyFloat = true};

}  // namespace trainyard
