#include "engine/layers/activation_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeHardSigmoidLayer()
{
    return activationLayer(ActivationKind::HardSigmoid, "hard_sigmoid", "Hard sigmoid", "A cheap stand-in for the sigmoid, made of straight lines.",
                           "y = min(max(x + 3, 0), 6) / 6: 0 below -3, 1 above 3. For gates in small networks, such as squeeze-and-excite blocks. Beyond 3 "
                           "its slope is 0, so a gate that is fully open or closed does not learn. Howard et al. 2019 (MobileNetV3).");
}

}  // namespace trainyard
