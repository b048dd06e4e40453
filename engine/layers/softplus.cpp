#include "engine/layers/activation_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeSoftplusLayer()
{
    return activationLayer(ActivationKind::Softplus, "softplus", "Softplus", "A smooth ReLU that is positive everywhere.",
                           "y = log(1 + exp(x)). For outputs that have to be positive, such as a variance or a rate. Between layers ReLU or GELU "
                           "are faster and train as well. Dugas et al. 2001.");
}

}  // namespace trainyard
