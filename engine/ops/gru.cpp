// gru: one direction of a gated recurrent unit over a sequence (Cho et al. 2014), in the form whose reset gate acts behind the
// product, which PyTorch, Keras and cuDNN compute. The input's share of the gates, x W + b for every position, comes ready made; with
// h starting at 0,
//   r, z = sigmoid of gates[t] + h[t - 1] U;  q = h[t - 1] U_n + b_n;  n = tanh(gates_n[t] + r q);  h[t] = (1 - z) n + z h[t - 1]
// reverse runs from the last position to the first. Gates lie in the order r, z, n.
//   inputs   gates [N, T, 3 units], U [units, 3 units], b_n [units]
//   outputs  r, z and n, which may take over the first input's memory; h [N, T, units]; the h computed last [N, units]; q like h
#include "engine/ops/recurrent_shapes.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const std::int64_t units = std::get<RecurrentAttributes>(attributes).units;
    TRAINYARD_TRY(const Shape states, statesShape("gru", inputs[0], inputs[1], units, 3));
    if (inputs[2].shape != Shape{units})
        return fail(ErrorCode::InvalidGraph, "gru of {} units got a recurrent bias of {}.", units, inputs[2].shape.text());
    const TensorType like{inputs[0].dtype, states};
    return std::vector<OutputType>{{inputs[0], Role::Activation},
                                   {like, Role::Activation},
                                   {{like.dtype, Shape{states[0], units}}, Role::Activation},
                                   {like, Role::Activation}};
}

static Status gradient(GradientContext &context)
{
    TRAINYARD_TRY(const auto grads,
                  context.builder().add(OpKind::GruGrad, context.attributes<RecurrentAttributes>(),
                                        {context.output(0), context.output(3), context.output(1), context.input(1),
                                         context.outputGradient(1), context.outputGradient(2)}));
    for (std::size_t i = 0; i < 3; ++i)
        context.setInputGradient(i, grads[i]);
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return recurrentFlops(inputs[0], inputs[1], 10);
}

const OpSpec kGruOp{.name = "gru", .inferOutputs = infer, .gradient = gradient, .flops = flops, .inPlaceInput = 0, .weightInput = 1};

}  // namespace trainyard
