// row_loss_grad: the derivative of row_loss with its predictions; zero in samples that are not valid.
//   inputs   predictions and targets as in the forward op
//   output   dpredictions of their shape
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    return activationLike(inputs[0]);
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 8.0 * static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kRowLossGradOp{.name = "row_loss_grad", .inferOutputs = infer, .flops = flops, .readsAnyFloat = true, .isLossGradient = true};

}  // namespace trainyard
