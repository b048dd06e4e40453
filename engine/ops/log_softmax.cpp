// log_softmax over the last dimension: y = x - log(sum(exp(x))).
//   input    x [..., C]
//   output   y like x
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    return activationLike(inputs[0]);
}

static Status gradient(GradientContext &context)
{
    TRAINYARD_TRY(const auto dx, context.builder().addOne(OpKind::LogSoftmaxGrad, NoAttributes{},
                                                          {context.output(), context.outputGradient()}));
    context.setInputGradient(0, dx);
    return {};
}

const OpSpec kLogSoftmaxOp{"log_softmax", infer, gradient, nullptr, 0};

}  // namespace trainyard
