// dropout: zeroes elements with probability rate and divides the rest by 1 - rate. Element i is kept where
// philoxUniform(philox(seed, {i / 4, step, key, RandomStream::Dropout})[i % 4]) >= rate. Its gradient is itself.
//   input    x
//   output   y like x
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    return activationLike(inputs[0]);
}

static Status gradient(GradientContext &context)
{
    TRAINYARD_TRY(const auto dx,
                  context.builder().addOne(OpKind::Dropout, context.attributes<DropoutAttributes>(),
                                           {context.outputGradient()}));
    context.setInputGradient(0, dx);
    return {};
}

const OpSpec kDropoutOp{"dropout", infer, gradient, nullptr, 0};

}  // namespace trainyard
