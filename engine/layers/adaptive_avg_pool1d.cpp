#include "engine/layers/adaptive_pool_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeAdaptiveAvgPool1dLayer()
{
    LayerSpec spec = adaptiveLengthPoolLayer("adaptive_avg_pool1d", "Adaptive average pool 1D", "Shortens a sequence of any length to a fixed one by means.", false);
    spec.help = "y[i] = mean of x over positions floor(i n / N) to ceil((i + 1) n / N), for each channel alone; n is the length that comes in, N the one that goes "
                "out. A dense layer after it fits sequences of any length.";
    return spec;
}

}  // namespace trainyard
