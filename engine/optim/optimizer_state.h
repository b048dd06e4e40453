// The values an optimizer keeps for each parameter.
#pragma once

#include "engine/ops/op_spec.h"

namespace trainyard {

// "optimizer/<parameter>/<what>", of the parameter's type; starts at zero.
ValueId addOptimizerState(OpBuilder &builder, ValueId parameter, const char *what);

}  // namespace trainyard
