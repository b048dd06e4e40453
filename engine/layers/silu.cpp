#include "engine/layers/activation_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeSiluLayer()
{
    return activationLayer(ActivationKind::Silu, "silu", "SiLU", "A smooth ReLU: the input times its sigmoid.",
                           "y = x / (1 + exp(-x)), also called swish. Used in EfficientNet and many later image networks in place of ReLU. "
                           "Elfwing et al. 2018, Ramachandran et al. 2017.");
}

}  // namespace trainyard
