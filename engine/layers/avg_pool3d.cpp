#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/volume_pool_layer.h"

namespace trainyard {

LayerSpec makeAvgPool3dLayer()
{
    std::vector<ParameterSpec> parameters = volumePoolParameters();
    parameters.push_back(onlyWhen(booleanParameter("count_padding", "Count padding", false, "Whether voxels over the edge count as zeros in the mean."),
                                  "padding", "same"));
    return {.type = "avg_pool3d",
            .title = "Average pool 3D",
            .category = Category::Pooling,
            .summary = "Shrinks a volume to the mean of each block.",
            .help = "y = mean of x under the kernel, for each channel alone. Smoother than max pooling: for halving a volume without favouring its strongest "
                    "values. It has nothing to train.",
            .parameters = std::move(parameters),
            .inferShape = volumePoolShape("Average pool 3D"),
            .emitOps = volumePoolEmit("Average pool 3D", OpKind::AvgPool2d),
            .label = volumePoolLabel};
}

}  // namespace trainyard
