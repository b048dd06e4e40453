#include "engine/layers/layer_list.h"
#include "engine/layers/loss_layer.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec makeFocalLayer()
{
    return {.type = "focal",
            .title = "Focal",
            .category = Category::Loss,
            .summary = "A cross-entropy that looks away from what is easy, for rare classes and small objects.",
            .help = "loss = -alpha (1 - p)^gamma log(p), where p is the probability of the right class, averaged over the batch and its positions (Lin et "
                    "al. 2017). What is already right with 0.9 counts a hundredth with gamma 2. With one output for two classes it is the binary form, "
                    "where alpha weighs the class 1 and 1 - alpha the class 0; with an output per class, alpha weighs all alike. Neither softmax nor "
                    "sigmoid before it: they are part of the loss.",
            .parameters = lossParameters({realParameter("gamma", "Gamma", 2.0, 0.0, 10.0, "How much what is easy is looked away from; 0 is the cross-entropy."),
                                           realParameter("alpha", "Alpha", 0.25, 0.0, 1.0, "Weight of the class 1 against the class 0; a plain factor with an output per class.")}),
            .hasOutput = false,
            .inferShape = sameAsInput,
            .emitOps = rowLossEmit([](const LayerSettings &settings, std::int64_t width) {
                const auto gamma = static_cast<float>(settings.real("gamma")), alpha = static_cast<float>(settings.real("alpha"));
                return width == 1 ? RowLossChoice{{RowLossKind::BinaryFocal, 1.0f, gamma, alpha}, Scores::Answers}
                                  : RowLossChoice{{RowLossKind::Focal, 1.0f, gamma, alpha}, Scores::Classes};
            }),
            .label = noLabel,
            .lossTargets = {.classes = true, .oneColumn = true}};
}

}  // namespace trainyard
