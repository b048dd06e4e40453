#include "engine/layers/layer_list.h"
#include "engine/layers/loss_layer.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec makeMeanAbsoluteErrorLayer()
{
    return {.type = "mean_absolute_error",
            .title = "Mean absolute error",
            .category = Category::Loss,
            .summary = "The loss of a regression that outliers do not pull about: the mean size of the error.",
            .help = "loss = mean of |x - target| over the batch and the target columns (L1 loss). For predicting numbers whose data holds a few wild "
                    "values: each pulls no harder than any other, so the predictions tend to the median. The slope does not shrink near the target; "
                    "Huber is smooth there.",
            .parameters = lossParameters(),
            .hasOutput = false,
            .inferShape = sameAsInput,
            .emitOps = rowLossEmit([](const LayerSettings &, std::int64_t) {
                return RowLossChoice{{RowLossKind::AbsoluteError}, Scores::Numbers};
            }),
            .label = noLabel,
            .lossTargets = {.numbers = true}};
}

}  // namespace trainyard
