#include "engine/layers/activation_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeGeluLayer()
{
    return activationLayer(ActivationKind::Gelu, "gelu", "GELU", "A smooth ReLU that weights values by how likely they are to be large.",
                           "y = x P(z < x) for standard normal z, computed exactly with erf. The usual activation in transformers; often a "
                           "little better than ReLU in deep networks, and slower. Hendrycks and Gimpel 2016.");
}

}  // namespace trainyard
