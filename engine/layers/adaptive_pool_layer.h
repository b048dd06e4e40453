// What the adaptive pools have in common: a result of a fixed size, whatever comes in.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

// All of the layer but its help. Of images; of sequences.
LayerSpec adaptiveImagePoolLayer(std::string type, std::string title, std::string summary, bool largest);
LayerSpec adaptiveLengthPoolLayer(std::string type, std::string title, std::string summary, bool largest);

}  // namespace trainyard
