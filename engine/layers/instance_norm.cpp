#include "engine/layers/group_norm_layer.h"
#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec makeInstanceNormLayer()
{
    return {.type = "instance_norm",
            .title = "Instance norm",
            .category = Category::Normalization,
            .summary = "Brings each channel of each sample to mean 0 and variance 1, then scales and shifts it.",
            .help = "y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and variance of one channel over all positions of one "
                    "sample: group norm with a group for each channel. It takes contrast and brightness out of an image, for style transfer "
                    "and image generation. Ulyanov et al. 2016.",
            .parameters = {realParameter("epsilon", "Epsilon", 1e-5, 1e-8, 1.0, "Added to the variance, so that a constant channel does not divide by zero.")},
            .inferShape = [](const LayerSettings &, std::span<const Shape> inputs) { return groupedShape("Instance norm", inputs[0], inputs[0].back(), {}, {}); },
            .emitOps = [](EmitContext &context) { return emitGroupNorm(context, context.builder.shape(context.inputs[0]).back()); },
            .label = noLabel};
}

}  // namespace trainyard
