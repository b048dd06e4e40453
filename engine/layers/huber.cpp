#include "engine/layers/layer_list.h"
#include "engine/layers/loss_layer.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec makeHuberLayer()
{
    return {.type = "huber",
            .title = "Huber",
            .category = Category::Loss,
            .summary = "Squared error near the target, absolute error far from it.",
            .help = "loss = d^2 / 2 where |d| is at most delta, else delta (|d| - delta / 2), with d = x - target; averaged over the batch and the target "
                    "columns (Huber 1964). Smooth at the target as the squared error is, and as calm about outliers as the absolute one.",
            .parameters = lossParameters({realParameter("delta", "Delta", 1.0, 1e-6, 1e6, "Size of the error from which it counts in proportion instead of squared.")}),
            .hasOutput = false,
            .inferShape = sameAsInput,
            .emitOps = rowLossEmit([](const LayerSettings &settings, std::int64_t) {
                return RowLossChoice{{RowLossKind::Huber, 1.0f, static_cast<float>(settings.real("delta"))}, Scores::Numbers};
            }),
            .label = [](const LayerSettings &settings) { return fmt::format("delta {}", settings.real("delta")); },
            .lossTargets = {.numbers = true}};
}

}  // namespace trainyard
