#include "engine/layers/layer_list.h"
#include "engine/layers/loss_layer.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec makeKlDivergenceLayer()
{
    return {.type = "kl_divergence",
            .title = "KL divergence",
            .category = Category::Loss,
            .summary = "How far the predicted distribution is from the one that was asked for.",
            .help = "loss = sum of t (log t - log softmax(x)) over the last dimension, averaged over the batch and its positions (Kullback and Leibler "
                    "1951). For targets that are shares: soft labels, or what another network said. With one class as the target it equals the softmax "
                    "cross-entropy. No softmax before it: that is part of the loss; the targets are to sum to 1.",
            .parameters = lossParameters(),
            .hasOutput = false,
            .inferShape = sameAsInput,
            .emitOps = rowLossEmit([](const LayerSettings &, std::int64_t) {
                return RowLossChoice{{RowLossKind::KlDivergence}, Scores::Classes};
            }),
            .label = noLabel,
            .lossTargets = {.classes = true, .numbers = true}};
}

}  // namespace trainyard
