#include "engine/layers/activation_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeTanhLayer()
{
    return activationLayer(ActivationKind::Tanh, "tanh", "Tanh", "Squeezes values into -1 to 1.",
                           "y = (exp(x) - exp(-x)) / (exp(x) + exp(-x)). For outputs between -1 and 1 and small networks. Its gradient "
                           "fades for large values, so prefer ReLU in deep ones; initialize with Xavier.");
}

}  // namespace trainyard
