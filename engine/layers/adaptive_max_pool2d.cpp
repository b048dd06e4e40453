#include "engine/layers/adaptive_pool_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeAdaptiveMaxPool2dLayer()
{
    LayerSpec spec = adaptiveImagePoolLayer("adaptive_max_pool2d", "Adaptive max pool 2D", "Shrinks an image of any size to a fixed one by largest values.", true);
    spec.help = "y[i, j] = max of x over rows floor(i h / H) to ceil((i + 1) h / H) and columns likewise, for each channel alone; h is the height that comes in, H the "
                "one that goes out. Says for each part of the image whether a pattern is anywhere in it.";
    return spec;
}

}  // namespace trainyard
