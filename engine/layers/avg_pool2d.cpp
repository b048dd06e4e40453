#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/pool_layer.h"

namespace trainyard {

LayerSpec makeAvgPool2dLayer()
{
    std::vector<ParameterSpec> parameters = poolParameters();
    parameters.push_back(onlyWhen(booleanParameter("count_padding", "Count padding", false,
                                                   "Whether pixels over the edge count as zeros in the mean."),
                                  "padding", "same"));
    return {.type = "avg_pool2d",
            .title = "Average pool 2D",
            .category = Category::Pooling,
            .summary = "Shrinks an image to the mean of each patch.",
            .help = "y = mean of x under the kernel, for each channel alone. Smoother than max pooling: for halving an "
                    "image without favouring its strongest values. It has nothing to train.",
            .parameters = std::move(parameters),
            .inferShape = poolShape("Average pool 2D"),
            .emitOps = poolEmit("Average pool 2D", OpKind::AvgPool2d),
            .label = poolLabel};
}

}  // namespace trainyard
