// attention_grad: all three gradients of attention; the weights are computed again from the log-sum-exp. Dao et al. 2022.
//   inputs   q [N, T, heads * size], k and v [N, S, keyHeads * size], y and dy like q, log-sum-exp [N, heads, T], mask [N, S]?
//   outputs  dq, dk, dv like q, k and v
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    return std::vector<OutputType>{{inputs[0], Role::Activation}, {inputs[1], Role::Activation}, {inputs[2], Role::Activation}};
}

// Five products.
static double flops(const OpAttributes &attributes, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    const double all = 10.0 * static_cast<double>(inputs[0].shape.elements()) * static_cast<double>(inputs[1].shape[1]);
    return std::get<AttentionAttributes>(attributes).causal ? all / 2 : all;
}

const OpSpec kAttentionGradOp{.name = "attention_grad", .inferOutputs = infer, .flops = flops};

}  // namespace trainyard
