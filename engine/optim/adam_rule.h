// What Adam, AdamW and Muon share: two moments per parameter and one fused op.
#pragma once

#include "engine/optim/optimizer.h"

namespace trainyard {

// Adam's settings, in the order they are shown.
std::vector<ParameterSpec> adamSettings();

Status emitAdam(OpBuilder &builder, const LayerSettings &settings, bool decoupled, const UpdateGroup &group);

}  // namespace trainyard
