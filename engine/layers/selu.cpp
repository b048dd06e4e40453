#include "engine/layers/activation_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeSeluLayer()
{
    return activationLayer(ActivationKind::Selu, "selu", "SELU", "An ELU scaled so that the values of deep dense networks stay near mean 0 and variance 1.",
                           "y = 1.0507 x for x > 0, else 1.7581 (exp(x) - 1). For deep networks of dense layers without normalization: start the weights "
                           "with a normal distribution of variance 1 / inputs, and use no other activation between them. Klambauer et al. 2017.");
}

}  // namespace trainyard
