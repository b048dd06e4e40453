// mean_squared_error_grad: 2 scale (prediction - target) / valid elements; zero in rows that are not valid.
//   inputs   predictions (F32 or 16 bit), targets F32 of the same shape
//   output   dpredictions in the type of its value: like predictions, or F32 where a float16 program scales it before rounding
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    return activationLike(inputs[0]);
}

const OpSpec kMeanSquaredErrorGradOp{.name = "mean_squared_error_grad", .inferOutputs = infer, .inPlaceInput = 0, .readsAnyFloat = true, .isLossGradient = true};

}  // namespace trainyard
