// multiply: y = a b, elementwise.
//   inputs   a, b of one shape
//   output   y like a
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    TRAINYARD_CHECK(expectSame("multiply", inputs[0], inputs[1]));
    return activationLike(inputs[0]);
}

static Status gradient(GradientContext &context)
{
    for (std::size_t i = 0; i < 2; ++i) {
        if (!context.wants(i))
            continue;
        TRAINYARD_TRY(const auto d, context.builder().addOne(OpKind::Multiply, NoAttributes{},
                                                             {context.outputGradient(), context.input(1 - i)}));
        context.setInputGradient(i, d);
    }
    return {};
}

const OpSpec kMultiplyOp{"multiply", infer, gradient, nullptr, 0};

}  // namespace trainyard
