#include "engine/layers/layer_list.h"
#include "engine/layers/loss_layer.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

namespace {

// The op works on probabilities: softmax over the classes, or sigmoid of a single output.
Result<ValueId> emit(EmitContext &context, ValueId predictions, ValueId targets, float weight)
{
    const bool single = context.builder.shape(predictions).back() == 1;
    context.report.scores = single ? Scores::Answers : Scores::Classes;
    context.report.isOverlap = true;
    TRAINYARD_TRY(const ValueId probabilities,
                  single ? context.builder.addOne(OpKind::Activate, ActivationAttributes{ActivationKind::Sigmoid}, {predictions})
                         : context.builder.addOne(OpKind::Softmax, NoAttributes{}, {predictions}));
    const RowLossAttributes attributes{RowLossKind::Dice, weight, static_cast<float>(context.settings.real("smoothing"))};
    return context.builder.addOne(OpKind::RowLoss, attributes, {probabilities, targets});
}

}  // namespace

LayerSpec makeDiceLayer()
{
    return {.type = "dice",
            .title = "Dice",
            .category = Category::Loss,
            .summary = "The loss of a segmentation: how little the predicted and the true areas overlap.",
            .help = "loss = 1 - (2 sum of p t + s) / (sum of p + sum of t + s) over the positions of a sample, averaged over its classes and over the "
                    "batch (Milletari et al. 2016). For masks: small areas count as much as large ones, which a mean over pixels forgets. p is the "
                    "softmax of the predictions, or their sigmoid where two classes have one output: leave it out before this layer. Often taken "
                    "together with a cross-entropy, each with a weight.",
            .parameters = lossParameters({realParameter("smoothing", "Smoothing", 1.0, 1e-3, 1e6,
                                                        "s, which both sums get: what a class that is neither there nor predicted is worth.")}),
            .hasOutput = false,
            .inferShape = sameAsInput,
            .emitOps = lossEmit(Scores::Classes, emit),
            .label = noLabel,
            .lossTargets = {.classes = true, .oneColumn = true}};
}

}  // namespace trainyard
