// What Adam and AdamW share: two moments per parameter and one fused op.
#pragma once

#include "engine/optim/optimizer.h"

namespace trainyard {

Status emitAdam(OpBuilder &builder, const OptimizerConfig &config, bool decoupled,
                std::span<const std::pair<ValueId, ValueId>> gradients);

}  // namespace trainyard
