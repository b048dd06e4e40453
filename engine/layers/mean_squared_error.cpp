#include "engine/layers/layer_list.h"
#include "engine/layers/loss_layer.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec makeMeanSquaredErrorLayer()
{
    return {.type = "mean_squared_error",
            .title = "Mean squared error",
            .category = Category::Loss,
            .summary = "The loss of a regression: the mean square of what the predictions are off by.",
            .help = "loss = mean of (x - target)^2 over the batch and the target columns. For predicting numbers. The layer "
                    "before it puts out one value per target column, usually without an activation. Scale the targets on "
                    "the Data page, so that the loss starts near 1.",
            .parameters = lossParameters(),
            .hasOutput = false,
            .inferShape = sameAsInput,
            .emitOps = lossEmit(Scores::Numbers, [](EmitContext &context, ValueId predictions, ValueId targets, float weight) {
                return context.builder.addOne(OpKind::MeanSquaredError, LossAttributes{weight}, {predictions, targets});
            }),
            .label = noLabel,
            .lossTargets = {.numbers = true}};
}

}  // namespace trainyard
