// The choice of a first value for weights, as settings of a layer.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

// "initializer" and, for normal, "deviation"; to be appended to a layer's settings.
std::vector<ParameterSpec> initializerParameters(const std::string &defaultChoice);

// What the settings say, for weights with these fans (Glorot and Bengio 2010, He et al. 2015).
ParameterInit initializerOf(const LayerSettings &settings, std::int64_t fanIn, std::int64_t fanOut);

}  // namespace trainyard
