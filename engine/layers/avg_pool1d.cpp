#include "engine/layers/layer_list.h"
#include "engine/layers/length_pool.h"

namespace trainyard {

LayerSpec makeAvgPool1dLayer()
{
    LayerSpec spec = lengthPoolLayer("avg_pool1d", "Average pool 1D", "Shortens a sequence to the mean of each stretch.", OpKind::AvgPool2d);
    spec.help = "y = mean of x under the kernel, for each channel alone; positions beyond the ends do not count. Smooths a signal while it shortens it.";
    return spec;
}

}  // namespace trainyard
