#include "engine/layers/layer_list.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    return context.builder.addOne(OpKind::Softmax, NoAttributes{}, {context.inputs[0]});
}

LayerSpec makeSoftmaxLayer()
{
    return {.type = "softmax",
            .title = "Softmax",
            .category = Category::Activation,
            .summary = "Turns values into shares that are positive and add up to 1.",
            .help = "y[i] = exp(x[i]) / sum of exp(x[j]) over the last dimension. For attention weights and mixing. Do not "
                    "put it before the softmax cross-entropy loss: that contains it already, and twice makes training slow.",
            .parameters = {},
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = noLabel};
}

}  // namespace trainyard
