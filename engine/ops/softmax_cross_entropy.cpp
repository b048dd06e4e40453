// softmax_cross_entropy: -log softmax(logits)[target], averaged over the valid rows (and positions in them),
// times scale. Terminal: its gradient starts the backward pass and is not multiplied by anything.
//   inputs   logits [N, ..., C], targets: indices I32 [N, ...] or weights F32 [N, ..., C]
//   outputs  loss F32 [1], probabilities like logits (zero in rows that are not valid)
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    auto expected = inputs[0].shape.sizes();
    if (inputs[1].dtype == DType::I32)
        expected.pop_back();
    if (Shape(expected) != inputs[1].shape)
        return fail(ErrorCode::InvalidGraph, "softmax_cross_entropy got predictions of {} for targets of {}.",
                    inputs[0].shape.text(), inputs[1].shape.text());
    return std::vector<OutputType>{{{DType::F32, Shape{1}}, Role::Activation}, {inputs[0], Role::Activation}};
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
