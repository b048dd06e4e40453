#include "engine/layers/layer_list.h"
#include "engine/layers/loss_layer.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec makeHingeLayer()
{
    return {.type = "hinge",
            .title = "Hinge",
            .category = Category::Loss,
            .summary = "The loss of a support vector machine: the right class has to win by a margin.",
            .help = "loss = max(0, margin + the largest other x - x of the right class), averaged over the batch and its positions (Crammer and Singer "
                    "2001). Once the right class is ahead by the margin, nothing is left to gain. With one output for two classes it is the binary "
                    "form, max(0, margin - y x) with y = 1 for the class 1 and -1 for the class 0.",
            .parameters = lossParameters({realParameter("margin", "Margin", 1.0, 0.0, 1e6, "By how much the right class has to be ahead.")}),
            .hasOutput = false,
            .inferShape = sameAsInput,
            .emitOps = rowLossEmit([](const LayerSettings &settings, std::int64_t width) {
                const auto margin = static_cast<float>(settings.real("margin"));
                return width == 1 ? RowLossChoice{{RowLossKind::BinaryHinge, 1.0f, margin}, Scores::Answers}
                                  : RowLossChoice{{RowLossKind::Hinge, 1.0f, margin}, Scores::Classes};
            }),
            .label = noLabel,
            .lossTargets = {.classes = true, .oneColumn = true}};
}

}  // namespace trainyard
