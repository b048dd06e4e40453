// gru_grad: the gradients of gru, from the last position computed to the first. dh[t] = dy[t] + dh[t + 1] z[t + 1] + s[t + 1] U^T, and
// dlast added at the last, where
//   dn = dh (1 - z) (1 - n^2);  dz = dh (h[t - 1] - n) z (1 - z);  dr = dn q r (1 - r);  dgates = dr, dz, dn;  s = dr, dz, dn r
//   dU = sum of h[t - 1]^T s[t];  db_n = sum of dn r
//   inputs   gates after their functions [N, T, 3 units], q and h [N, T, units], U [units, 3 units], dy like h?, dlast [N, units]?
//   outputs  dgates, which may take over the first input's memory; dU; db_n [units]
#include "engine/ops/recurrent_shapes.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const std::int64_t units = std::get<RecurrentAttributes>(attributes).units;
    TRAINYARD_CHECK(statesShape("gru_grad", inputs[0], inputs[3], units, 3));
    return std::vector<OutputType>{{inputs[0], Role::Activation},
                                   {{DType::F32, inputs[3].shape}, Role::Gradient},
                                   {{DType::F32, Shape{units}}, Role::Gradient}};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 2.0 * recurrentFlops(inputs[0], inputs[3], 5);
}

const OpSpec kGruGradOp{.name = "gru_grad", .inferOutputs = infer, .flops = flops, .inPlaceInput = 0, .weightInput = 3};

}  // namespace trainyard
