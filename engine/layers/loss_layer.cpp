#include "engine/layers/loss_layer.h"

#include "engine/layers/parameter_specs.h"

namespace trainyard {

std::vector<ParameterSpec> lossParameters(std::vector<ParameterSpec> own)
{
    own.push_back(realParameter("weight", "Weight", 1.0, 0.0, 1e6,
                                "Factor on this loss. A network may have several loss layers, each after a head of its own: their weighted sum is "
                                "trained. Predictions and metrics come from the one that was added first; the others report their loss."));
    own.push_back(choiceParameter(kCompareKey, "Compare with", "targets", {"targets", "input"},
                                  "What the predictions are compared with: the targets of the data, or the sample that came in, for an autoencoder."));
    return own;
}

bool comparesWithInput(const LayerSettings &settings)
{
    return settings.choice(kCompareKey) == "input";
}

std::function<Result<ValueId>(EmitContext &)> lossEmit(Scores scores, LossOp op)
{
    return [scores, op = std::move(op)](EmitContext &context) -> Result<ValueId> {
        const ValueId predictions = context.inputs[0];
        const ValueId targets = comparesWithInput(context.settings) ? context.batchSamples : context.batchTargets;
        if (context.mode == Mode::Predict || targets == kNoValue)
            return predictions;
        LossReport &report = context.report;
        report.targets = targets;
        report.weight = context.settings.real("weight");
        report.scores = scores;
        TRAINYARD_TRY(report.loss, op(context, predictions, targets, static_cast<float>(report.weight)));
        return predictions;
    };
}

std::function<Result<ValueId>(EmitContext &)> rowLossEmit(std::function<RowLossChoice(const LayerSettings &, std::int64_t width)> rule)
{
    return lossEmit(Scores::Nothing, [rule = std::move(rule)](EmitContext &context, ValueId predictions, ValueId targets, float weight) {
        RowLossChoice choice = rule(context.settings, context.builder.shape(predictions).back());
        choice.attributes.scale = weight;
        context.report.scores = choice.scores;
        return context.builder.addOne(OpKind::RowLoss, choice.attributes, {predictions, targets});
    });
}

}  // namespace trainyard
