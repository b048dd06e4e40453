// embedding: the row of a table for each index.
//   inputs   indices I32 [N, ...], table [tokens, width]
//   output   y [N, ..., width], stored as the table is; zeros where the index is not in the table
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &a = std::get<EmbeddingAttributes>(attributes);
    if (inputs[0].dtype != DType::I32)
        return fail(ErrorCode::InvalidGraph, "embedding needs whole numbers (token or category indices), but gets {} numbers of shape {}. Connect it to the "
                                             "input and choose data with tokens on the Data page, or use a dense layer for measured numbers.",
                    dtypeName(inputs[0].dtype), inputs[0].shape.text());
    if (inputs[1].shape != Shape{a.tokens, a.width})
        return fail(ErrorCode::InvalidGraph, "embedding needs a table of {} x {}, got {}.", a.tokens, a.width, inputs[1].shape.text());
    auto sizes = inputs[0].shape.sizes();
    sizes.push_back(a.width);
    return activationLike(inputs[1], Shape(std::move(sizes)));
}

static Status gradient(GradientContext &context)
{
    TRAINYARD_TRY(const auto dtable, context.builder().addOne(OpKind::EmbeddingGrad, context.attributes<EmbeddingAttributes>(),
                                                              {context.input(0), context.outputGradient()}));
    context.setInputGradient(1, dtable);
    return {};
}

const OpSpec kEmbeddingOp{.name = "embedding", .inferOutputs = infer, .gradient = gradient, .weightInput = 1};

}  // namespace trainyard
