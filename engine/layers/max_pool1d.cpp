#include "engine/layers/layer_list.h"
#include "engine/layers/length_pool.h"

namespace trainyard {

LayerSpec makeMaxPool1dLayer()
{
    LayerSpec spec = lengthPoolLayer("max_pool1d", "Max pool 1D", "Shortens a sequence to the largest value of each stretch.", OpKind::MaxPool2d);
    spec.help = "y = max of x under the kernel, for each channel alone. Between 1D convolutions it shortens the sequence and makes the network care "
                "less about where exactly a pattern is.";
    return spec;
}

}  // namespace trainyard
