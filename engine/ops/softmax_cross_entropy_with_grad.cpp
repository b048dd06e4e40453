// softmax_cross_entropy_with_grad: softmax_cross_entropy and its gradient in one pass over the logits, without storing
// probabilities. Made by a fusion pass, in training.
//   inputs   logits [N, ..., C] (F32 or 16 bit), targets as in softmax_cross_entropy, loss scale F32 [4]? (see scale_gradient),
//            class weights F32 [C]?
//   outputs  loss F32 [1] (not scaled by the loss scale), dlogits like logits (times lossScale[0] where that is given, before it
//            is rounded; zero at positions that do not count)
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    TRAINYARD_CHECK(expectTargets("softmax_cross_entropy_with_grad", inputs[0], inputs[1]));
    if (inputs.size() > 2 && isPresent(inputs[2]))
        TRAINYARD_CHECK(expectLossScale("softmax_cross_entropy_with_grad", inputs[2]));
    if (inputs.size() > 3)
        TRAINYARD_CHECK(expectClassWeights("softmax_cross_entropy_with_grad", inputs[0], inputs[3]));
    return std::vector<OutputType>{{{DType::F32, Shape{1}}, Role::Activation}, {inputs[0], Role::Activation}};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 6.0 * static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kSoftmaxCrossEntropyWithGradOp{"softmax_cross_entropy_with_grad", infer, nullptr, flops};

}  // namespace trainyard
