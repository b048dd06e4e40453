// softmax_cross_entropy: -log softmax(logits)[target], averaged over the valid rows (and positions in them),
// times scale. Terminal: its gradient starts the backward pass and is not multiplied by anything.
//   inputs   logits [N, ..., C] (F32 or 16 bit), targets: indices I32 [N, ...] or weights F32 [N, ..., C]
//   outputs  loss F32 [1], probabilities F32 of the logits' shape, whatever the logits' type: one near 1 keeps its distance to 1
//            (zero in rows that are not valid)
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    TRAINYARD_CHECK(expectTargets("softmax_cross_entropy", inputs[0], inputs[1]));
    return std::vector<OutputType>{{{DType::F32, Shape{1}}, Role::Activation}, {{DType::F32, inputs[0].shape}, Role::Activation}};
}

static Status gradient(GradientContext &context)
{
    TRAINYARD_TRY(const auto d,
                  context.builder().addOne(OpKind::SoftmaxCrossEntropyGrad, context.attributes<LossAttributes>(),
                                           {context.output(1), context.input(1)}));
    context.setInputGradient(0, d);
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 5.0 * static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kSoftmaxCrossEntropyOp{"softmax_cross_entropy", infer, gradient, flops};

}  // namespace trainyard
