// lstm_grad: the gradients of lstm, from the last position computed to the first. With dh[t] = dy[t] + dgates[t + 1] U^T, and dlast
// added at the last,
//   dc[t] = dh o (1 - tanh(c)^2) + dc[t + 1] f[t + 1]
//   dgates = dc g i (1 - i), dc c[t - 1] f (1 - f), dc i (1 - g^2), dh tanh(c) o (1 - o);  dU = sum of h[t - 1]^T dgates[t]
//   inputs   gates after their functions [N, T, 4 units], c and h [N, T, units], U [units, 4 units], dy like h?, dlast [N, units]?
//   outputs  dgates, which may take over the first input's memory; dU
#include "engine/ops/recurrent_shapes.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    TRAINYARD_CHECK(statesShape("lstm_grad", inputs[0], inputs[3], std::get<RecurrentAttributes>(attributes).units, 4));
    return std::vector<OutputType>{{inputs[0], Role::Activation}, {{DType::F32, inputs[3].shape}, Role::Gradient}};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 2.0 * recurrentFlops(inputs[0], inputs[3], 5);
}

const OpSpec kLstmGradOp{.name = "lstm_grad", .inferOutputs = infer, .flops = flops, .inPlaceInput = 0, .weightInput = 3};

}  // namespace trainyard
