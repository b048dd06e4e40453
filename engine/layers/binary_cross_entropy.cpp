#include "engine/layers/layer_list.h"
#include "engine/layers/loss_layer.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec makeBinaryCrossEntropyLayer()
{
    return {.type = "binary_cross_entropy",
            .title = "Binary cross-entropy",
            .category = Category::Loss,
            .summary = "The loss of yes-or-no answers: how surprised each is by the right one.",
            .help = "loss = -t log(sigmoid(x)) - (1 - t) log(1 - sigmoid(x)), averaged over all answers. For two classes with one output, or for "
                    "several labels of which each may be there or not, with one output each; also for pixels between 0 and 1. The layer before it "
                    "puts out numbers without sigmoid: that is part of the loss, where it is exact. Above 0 means yes.",
            .parameters = lossParameters({realParameter("positive_weight", "Positive weight", 1.0, 0.0, 1e6,
                                                         "Factor on the loss of answers that should be yes. Where these are one in ten, 9 balances them.")}),
            .hasOutput = false,
            .inferShape = sameAsInput,
            .emitOps = rowLossEmit([](const LayerSettings &settings, std::int64_t) {
                return RowLossChoice{{RowLossKind::BinaryCrossEntropy, 1.0f, static_cast<float>(settings.real("positive_weight"))}, Scores::Answers};
            }),
            .label = noLabel,
            .lossTargets = {.classes = true, .oneColumn = true, .numbers = true}};
}

}  // namespace trainyard
