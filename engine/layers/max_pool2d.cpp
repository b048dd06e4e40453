#include "engine/layers/layer_list.h"
#include "engine/layers/pool_layer.h"

namespace trainyard {

LayerSpec makeMaxPool2dLayer()
{
    return {.type = "max_pool2d",
            .title = "Max pool 2D",
            .category = Category::Pooling,
            .summary = "Shrinks an image to the largest value of each patch.",
            .help = "y = max of x under the kernel, for each channel alone. Between convolutions it lowers the resolution "
                    "and makes the network care less about where exactly a pattern is. It has nothing to train.",
            .parameters = poolParameters(),
            .inferShape = poolShape("Max pool 2D"),
            .emitOps = poolEmit("Max pool 2D", OpKind::MaxPool2d),
            .label = poolLabel};
}

}  // namespace trainyard
