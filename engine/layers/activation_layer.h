// What the activation layers have in common: one input, one elementwise function, the shape unchanged.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

LayerSpec activationLayer(ActivationKind kind, std::string type, std::string title, std::string summary, std::string help);

}  // namespace trainyard
