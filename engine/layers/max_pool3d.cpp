#include "engine/layers/layer_list.h"
#include "engine/layers/volume_pool_layer.h"

namespace trainyard {

LayerSpec makeMaxPool3dLayer()
{
    return {.type = "max_pool3d",
            .title = "Max pool 3D",
            .category = Category::Pooling,
            .summary = "Shrinks a volume to the largest value of each block.",
            .help = "y = max of x under the kernel, for each channel alone. Between 3D convolutions it lowers the resolution; 1x2x2 keeps the depth, which in "
                    "film is time. It has nothing to train.",
            .parameters = volumePoolParameters(),
            .inferShape = volumePoolShape("Max pool 3D"),
            .emitOps = volumePoolEmit("Max pool 3D", OpKind::MaxPool2d),
            .label = volumePoolLabel};
}

}  // namespace trainyard
