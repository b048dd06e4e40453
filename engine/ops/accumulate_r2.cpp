// accumulate_r2: the four sums per column that R2 = 1 - residual / total needs.
//   inputs   predictions [N, ..., k], targets F32 of that shape, accumulator F64 [4, k] (mutated): rows, sum of t, sum of t^2, sum of (p - t)^2
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    TRAINYARD_CHECK(expectSame("accumulate_r2", inputs[0], inputs[1]));
    return std::vector<OutputType>{};
}

const OpSpec kAccumulateR2Op{.name = "accumulate_r2", .inferOutputs = infer, .readsAnyFloat = true};

}  // namespace trainyard
