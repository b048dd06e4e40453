#include "engine/layers/layer_list.h"
#include "engine/layers/loss_layer.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec makeCosineSimilarityLayer()
{
    return {.type = "cosine_similarity",
            .title = "Cosine similarity",
            .category = Category::Loss,
            .summary = "How far the prediction points in another direction than the target; lengths do not count.",
            .help = "loss = 1 - x t / (|x| |t|) over the last dimension, averaged over the batch and its positions: 0 where both point the same way, 1 at "
                    "right angles, 2 where they are opposite. For embeddings, and for spectra or histograms whose scale says nothing. Standardized targets "
                    "lose their direction: leave them unscaled on the Data page.",
            .parameters = lossParameters(),
            .hasOutput = false,
            .inferShape = sameAsInput,
            .emitOps = rowLossEmit([](const LayerSettings &, std::int64_t) {
                return RowLossChoice{{RowLossKind::CosineSimilarity}, Scores::Nothing};
            }),
            .label = noLabel,
            .lossTargets = {.numbers = true}};
}

}  // namespace trainyard
