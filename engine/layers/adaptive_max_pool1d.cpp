#include "engine/layers/adaptive_pool_layer.h"
#include "engine/layers/layer_list.h"

namespace trainyard {

LayerSpec makeAdaptiveMaxPool1dLayer()
{
    LayerSpec spec = adaptiveLengthPoolLayer("adaptive_max_pool1d", "Adaptive max pool 1D", "Shortens a sequence of any length to a fixed one by largest values.", true);
    spec.help = "y[i] = max of x over positions floor(i n / N) to ceil((i + 1) n / N), for each channel alone; n is the length that comes in, N the one that goes "
                "out. Says for each stretch whether a pattern is anywhere in it.";
    return spec;
}

}  // namespace trainyard
