#include "engine/layers/layer_list.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    return context.builder.addOne(OpKind::LogSoftmax, NoAttributes{}, {context.inputs[0]});
}

LayerSpec makeLogSoftmaxLayer()
{
    return {.type = "log_softmax",
            .title = "Log softmax",
            .category = Category::Activation,
            .summary = "The logarithms of the shares that softmax makes, without loss of accuracy.",
            .help = "y[i] = x[i] - log(sum of exp(x[j])) over the last dimension. For losses and outputs that want log probabilities. The softmax "
                    "cross-entropy loss contains it already: put nothing before that.",
            .parameters = {},
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = noLabel};
}

}  // namespace trainyard
