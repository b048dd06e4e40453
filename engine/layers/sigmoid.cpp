#include "engine/layers/activation_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeSigmoidLayer()
{
    return activationLayer(ActivationKind::Sigmoid, "sigmoid", "Sigmoid", "Squeezes values into 0 to 1.",
                           "y = 1 / (1 + exp(-x)). For gates and outputs that are shares or probabilities of independent events. Its "
                           "gradient fades for large values, so prefer ReLU between layers.");
}

}  // namespace trainyard
