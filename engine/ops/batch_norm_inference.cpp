// batch_norm_inference: batch_norm with the running mean and variance. In training it is a frozen layer's.
//   inputs   x [..., C], gamma [C], beta [C], running mean [C], running variance [C]; beta and mean both absent: zeros
//   output   y like x
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    return activationLike(inputs[0]);
}

// y is linear in x: dx is the same with dy for x and without beta and mean.
static Status gradient(GradientContext &context)
{
    if (context.wants(1) || context.wants(2))
        return fail(ErrorCode::Internal, "Batch norm with fixed statistics does not train its scale and shift.");
    BatchNormAttributes attributes = context.attributes<BatchNormAttributes>();
    attributes.fusedRelu = false;
    TRAINYARD_TRY(const ValueId dx, context.builder().addOne(OpKind::BatchNormInference, attributes,
                                                             {context.outputGradient(), context.input(1), kNoValue, kNoValue, context.input(4)}));
    context.setInputGradient(0, dx);
    return {};
}

const OpSpec kBatchNormInferenceOp{"batch_norm_inference", infer, gradient, nullptr, 0};

}  // namespace trainyard
