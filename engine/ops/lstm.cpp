// lstm: one direction of a long short-term memory layer over a sequence (Hochreiter and Schmidhuber 1997, with the forget gate of
// Gers et al. 2000). The input's share of the gates, x W + b for every position, comes ready made; with h and c starting at 0,
//   i, f, o = sigmoid, g = tanh of gates[t] + h[t - 1] U;  c[t] = f c[t - 1] + i g;  h[t] = o tanh(c[t])
// reverse runs from the last position to the first. Gates lie in the order i, f, g, o.
//   inputs   gates [N, T, 4 units], U [units, 4 units]
//   outputs  the gates after sigmoid and tanh, which may take over the first input's memory; h [N, T, units]; the h computed last
//            [N, units]; c [N, T, units]
#include "engine/ops/recurrent_shapes.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const std::int64_t units = std::get<RecurrentAttributes>(attributes).units;
    TRAINYARD_TRY(const Shape states, statesShape("lstm", inputs[0], inputs[1], units, 4));
    const DType dtype = inputs[0].dtype;
    return std::vector<OutputType>{{inputs[0], Role::Activation},
                                   {{dtype, states}, Role::Activation},
                                   {{dtype, Shape{states[0], units}}, Role::Activation},
                                   {{DType::F32, states}, Role::Activation}};
}

static Status gradient(GradientContext &context)
{
    TRAINYARD_TRY(const auto grads,
                  context.builder().add(OpKind::LstmGrad, context.attributes<RecurrentAttributes>(),
                                        {context.output(0), context.output(3), context.output(1), context.input(1),
                                         context.outputGradient(1), context.outputGradient(2)}));
    context.setInputGradient(0, grads[0]);
    context.setInputGradient(1, grads[1]);
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return recurrentFlops(inputs[0], inputs[1], 10);
}

const OpSpec kLstmOp{.name = "lstm",
                     .inferOutputs = infer,
                     .gradient = gradient,
                     .flops = flops,
                     .inPlaceInput = 0,
                     .float32Outputs = 0b1000,
                     .weightInput = 1};

}  // namespace trainyard
