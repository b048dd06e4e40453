// softmax_cross_entropy: -sum of u log softmax(logits), averaged over the positions of the valid rows, times scale. u is the
// target, smoothed, times the class's weight: w_c ((1 - labelSmoothing) t_c + labelSmoothing / C). The mean is PyTorch's: of
// class indices it is divided by the sum of the targets' own weights, positions of the ignored index left out; else by the
// number of positions. Terminal: its gradient starts the backward pass and is not multiplied by anything.
//   inputs   logits [N, ..., C] (F32 or 16 bit), targets: indices I32 [N, ...] or rows F32 [N, ..., C], class weights F32 [C]?
//   outputs  loss F32 [1], probabilities F32 of the logits' shape, whatever the logits' type: one near 1 keeps its distance to 1
//            (zero at positions that do not count)
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    TRAINYARD_CHECK(expectTargets("softmax_cross_entropy", inputs[0], inputs[1]));
    if (inputs.size() > 2)
        TRAINYARD_CHECK(expectClassWeights("softmax_cross_entropy", inputs[0], inputs[2]));
    return std::vector<OutputType>{{{DType::F32, Shape{1}}, Role::Activation}, {{DType::F32, inputs[0].shape}, Role::Activation}};
}

static Status gradient(GradientContext &context)
{
    std::vector<ValueId> inputs{context.output(1), context.input(1)};
    if (context.op().inputs.size() > 2)
        inputs.push_back(context.input(2));
    TRAINYARD_TRY(const auto d, context.builder().addOne(OpKind::SoftmaxCrossEntropyGrad, context.attributes<LossAttributes>(), inputs));
    context.setInputGradient(0, d);
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 5.0 * static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kSoftmaxCrossEntropyOp{.name = "softmax_cross_entropy", .inferOutputs = infer, .gradient = gradient, .flops = flops, .float32Outputs = 0b11, .readsAnyFloat = true};

}  // namespace trainyard
