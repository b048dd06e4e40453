// add: y = a + b, elementwise; attributes: an activation on the sum, set by the fusion pass.
//   inputs   a, b of one shape
//   output   y like a
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    TRAINYARD_CHECK(expectSame("add", inputs[0], inputs[1]));
    return activationLike(inputs[0]);
}

static Status gradient(GradientContext &context)
{
    context.setInputGradient(0, context.outputGradient());
    context.setInputGradient(1, context.outputGradient());
    return {};
}

const OpSpec kAddOp{"add", infer, gradient, nullptr, 0};

}  // namespace trainyard
