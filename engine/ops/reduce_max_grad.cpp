// reduce_max_grad: the gradient goes to the largest element of the run, of equal ones to the first.
//   inputs   x, dy [x with the run's axes at length 1]
//   output   dx like x
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    return activationLike(inputs[1], inputs[0].shape);
}

const OpSpec kReduceMaxGradOp{.name = "reduce_max_grad", .inferOutputs = infer, .inPlaceInput = 0};

}  // namespace trainyard
