// activate: one elementwise function: relu, leaky relu, gelu (the exact erf form), silu, tanh, sigmoid.
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
    const auto &attributes = context.attributes<ActivationAttributes>();
    const ValueId saved =
        gradientUsesOutput(attributes.kind, attributes.slope) ? context.output() : context.input(0);
    TRAINYARD_TRY(const auto dx, context.builder().addOne(OpKind::ActivateGrad, attributes,
                                                          {saved, context.outputGradient()}));
    context.setInputGradient(0, dx);
    return {};
}

const OpSpec kActivateOp{"activate", infer, gradient, nullptr, 0};

}  // namespace trainyard
