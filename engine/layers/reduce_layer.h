// What reduce_mean, reduce_sum and reduce_max have in common.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

// All of the layer but its help.
LayerSpec reduceLayer(std::string type, std::string title, std::string summary, ReduceKind kind);

}  // namespace trainyard
