#include "engine/layers/layer_list.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &, std::span<const Shape> inputs)
{
    if (auto found = checkImage("Global average pool", inputs[0]))
        return tl::unexpected(std::move(*found));
    return Shape{inputs[0][2]};
}

static Result<ValueId> emitOps(EmitContext &context)
{
    const Shape image = context.builder.shape(context.inputs[0]).withoutBatch();
    Pool2dAttributes attributes;
    attributes.window.kernelH = image[0];
    attributes.window.kernelW = image[1];
    TRAINYARD_TRY(const ValueId pooled, context.builder.addOne(OpKind::AvgPool2d, attributes, {context.inputs[0]}));
    return context.builder.addOne(OpKind::Reshape, ReshapeAttributes{{image[2]}}, {pooled});
}

LayerSpec makeGlobalAvgPoolLayer()
{
    return {.type = "global_avg_pool",
            .title = "Global average pool",
            .category = Category::Pooling,
            .summary = "Shrinks an image to one number per channel, its mean.",
            .help = "y[c] = mean of x[i, j, c] over all pixels: height x width x channels becomes channels. Takes the place "
                    "of flatten at the end of a convolutional network: far fewer weights in the dense layer after it, and "
                    "any image size will do.",
            .parameters = {},
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = noLabel};
}

}  // namespace trainyard
