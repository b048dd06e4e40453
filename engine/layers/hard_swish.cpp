#include "engine/layers/activation_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeHardSwishLayer()
{
    return activationLayer(ActivationKind::HardSwish, "hard_swish", "Hard swish", "A cheap stand-in for SiLU, made of straight and parabolic pieces.",
                           "y = x min(max(x + 3, 0), 6) / 6: 0 below -3, x above 3. Needs no exponential function, which makes it the activation of small "
                           "networks for phones. Howard et al. 2019 (MobileNetV3).");
}

}  // namespace trainyard
