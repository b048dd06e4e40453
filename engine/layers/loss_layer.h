// What loss layers have in common: they close the network, and outside training there is nothing for them to do.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

// Emits op over (input, targets) and sets the context's loss; without targets it emits nothing. Returns the input.
std::function<Result<ValueId>(EmitContext &)> lossEmit(OpKind op);

}  // namespace trainyard
