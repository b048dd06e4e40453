// mean_squared_error: the mean of (prediction - target)^2 over all elements of the valid rows, times scale.
// Terminal, as softmax_cross_entropy is.
//   inputs   predictions [N, ...] (F32 or 16 bit), targets F32 of the same shape
//   output   loss F32 [1]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    if (inputs[1].dtype != DType::F32)
        return fail(ErrorCode::InvalidGraph, "mean_squared_error needs numbers as targets, not class indices.");
    TRAINYARD_CHECK(expectSame("mean_squared_error", inputs[0], inputs[1]));
    return std::vector<OutputType>{{{DType::F32, Shape{1}}, Role::Activation}};
}

static Status gradient(GradientContext &context)
{
    TRAINYARD_TRY(const auto d,
                  context.builder().addOne(OpKind::MeanSquaredErrorGrad, context.attributes<LossAttributes>(),
                                           {context.input(0), context.input(1)}));
    context.setInputGradient(0, d);
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 3.0 * static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kMeanSquaredErrorOp{.name = "mean_squared_error", .inferOutputs = infer, .gradient = gradient, .flops = flops, .float32Outputs = 0b1, .readsAnyFloat = true};

}  // namespace trainyard
