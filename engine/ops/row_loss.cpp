// row_loss: the mean over the rows of the valid samples of a loss that row_losses.h defines, times scale. Terminal, as
// softmax_cross_entropy is.
//   inputs   predictions [N, ..., C] (F32 or 16 bit), targets: class indices I32 [N, ...] (or [N, ..., 1]), or numbers F32 of
//            the predictions' shape
//   output   loss F32 [1]
#include "engine/ops/row_losses.h"
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    if (inputs[0].shape.rank() == 0 || inputs[0].shape != inputs[1].shape || inputs[1].dtype != DType::I32 || inputs[0].shape.back() != 1)
        TRAINYARD_CHECK(expectTargets("row_loss", inputs[0], inputs[1]));
    return std::vector<OutputType>{{{DType::F32, Shape{1}}, Role::Activation}};
}

static Status gradient(GradientContext &context)
{
    TRAINYARD_TRY(const auto d, context.builder().addOne(OpKind::RowLossGrad, context.attributes<RowLossAttributes>(),
                                                         {context.input(0), context.input(1)}));
    context.setInputGradient(0, d);
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 8.0 * static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kRowLossOp{.name = "row_loss", .inferOutputs = infer, .gradient = gradient, .flops = flops, .float32Outputs = 0b1, .readsAnyFloat = true};

}  // namespace trainyard
