// The one update op of a group, with the values an optimizer keeps for each parameter.
#pragma once

#include "engine/optim/optimizer.h"

namespace trainyard {

// "optimizer/<parameter>/<what>", of the parameter's type; starts at zero.
ValueId addOptimizerState(OpBuilder &builder, ValueId parameter, const char *what);

// The op over all tensors of the group: parameter, gradient and a fresh state for each name, in this order. An empty name is a
// state that is left out. `common` follows behind them and is mutated, too.
Status addUpdate(OpBuilder &builder, OpKind kind, OpAttributes attributes, std::span<const TrainedTensor> tensors,
                 std::span<const char *const> states, std::span<const ValueId> common = {});

}  // namespace trainyard
