// What loss layers have in common: they close the network, and outside training there is nothing for them to do.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

// The settings of every loss layer, `own` first: its weight in the sum of all losses, and what it compares with.
std::vector<ParameterSpec> lossParameters(std::vector<ParameterSpec> own = {});
// "input" or "targets"
inline constexpr const char *kCompareKey = "compare";
bool comparesWithInput(const LayerSettings &settings);

// Emits the op over (input, what it is compared with) and fills in the context's report; in Predict it emits nothing. Returns
// the input.
using LossOp = std::function<Result<ValueId>(EmitContext &, ValueId predictions, ValueId targets, float weight)>;
std::function<Result<ValueId>(EmitContext &)> lossEmit(Scores scores, LossOp op);

// The same for a row_loss; rule says which, by the width of the predictions.
struct RowLossChoice {
    RowLossAttributes attributes;  // all but the scale
    Scores scores = Scores::Numbers;
};
std::function<Result<ValueId>(EmitContext &)> rowLossEmit(std::function<RowLossChoice(const LayerSettings &, std::int64_t width)> rule);

}  // namespace trainyard
