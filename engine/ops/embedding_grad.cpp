// embedding_grad: each row of the table takes the sum of dy over the places that looked it up, in a fixed order.
//   inputs   indices I32 [N, ...], dy [N, ..., width]
//   output   dtable F32 [tokens, width]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType>)
{
    const auto &a = std::get<EmbeddingAttributes>(attributes);
    return std::vector<OutputType>{{{DType::F32, Shape{a.tokens, a.width}}, Role::Gradient}};
}

// Every row of the table is written, also those nobody looked up.
static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType> outputs)
{
    return static_cast<double>(inputs[1].shape.elements()) + static_cast<double>(outputs[0].shape.elements());
}

const OpSpec kEmbeddingGradOp{.name = "embedding_grad", .inferOutputs = infer, .flops = flops};

}  // namespace trainyard
