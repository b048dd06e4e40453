// accumulate_gradients: parameter gradients of several batches make one step; see AccumulateAttributes.
//   inputs   gradient, sum, repeated per parameter (sums mutated, and of the last batch gradients as well)
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType>)
{
    return std::vector<OutputType>{};
}

const OpSpec kAccumulateGradientsOp{.name = "accumulate_gradients", .inferOutputs = infer, .inputsPerTensor = 2};

}  // namespace trainyard
