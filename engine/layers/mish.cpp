#include "engine/layers/activation_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeMishLayer()
{
    return activationLayer(ActivationKind::Mish, "mish", "Mish", "A smooth activation close to SiLU, with a somewhat deeper dip below zero.",
                           "y = x tanh(log(1 + exp(x))). Used in object detectors such as YOLOv4, where it was a little better than SiLU; it costs "
                           "more than SiLU. Misra 2020.");
}

}  // namespace trainyard
