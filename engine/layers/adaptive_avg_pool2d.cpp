#include "engine/layers/adaptive_pool_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeAdaptiveAvgPool2dLayer()
{
    LayerSpec spec = adaptiveImagePoolLayer("adaptive_avg_pool2d", "Adaptive average pool 2D", "Shrinks an image of any size to a fixed one by means.", false);
    spec.help = "y[i, j] = mean of x over rows floor(i h / H) to ceil((i + 1) h / H) and columns likewise, for each channel alone; h is the height that comes in, H the "
                "one that goes out. A dense layer after it fits images of any size; 1x1 is the mean of the whole image.";
    return spec;
}

}  // namespace trainyard
