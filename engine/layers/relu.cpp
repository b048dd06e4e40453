#include "engine/layers/activation_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeReluLayer()
{
    return activationLayer(ActivationKind::Relu, "relu", "ReLU", "Keeps what is above zero and zeroes the rest.",
                           "y = max(x, 0). The usual activation after dense and convolution layers: cheap, and its gradient does not fade "
                           "with depth. Where many units stay at zero for good, try leaky ReLU or a lower learning rate.");
}

}  // namespace trainyard
