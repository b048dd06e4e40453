// What max_pool1d and avg_pool1d have in common.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

// All of the layer but its help.
LayerSpec lengthPoolLayer(std::string type, std::string title, std::string summary, OpKind op);

}  // namespace trainyard
