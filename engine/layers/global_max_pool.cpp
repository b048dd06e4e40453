#include "engine/layers/layer_list.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &, std::span<const Shape> inputs)
{
    if (auto found = checkImage("Global max pool", inputs[0]))
        return tl::unexpected(std::move(*found));
    return Shape{inputs[0][2]};
}

static Result<ValueId> emitOps(EmitContext &context)
{
    TRAINYARD_TRY(const ValueId pooled, context.builder.addOne(OpKind::Reduce, ReduceAttributes{ReduceKind::Max, 1, 2}, {context.inputs[0]}));
    return context.builder.addOne(OpKind::Reshape, ReshapeAttributes{context.outputShape.sizes()}, {pooled});
}

LayerSpec makeGlobalMaxPoolLayer()
{
    return {.type = "global_max_pool",
            .title = "Global max pool",
            .category = Category::Pooling,
            .summary = "Shrinks an image to one number per channel, its largest.",
            .help = "y[c] = max of x[i, j, c] over all pixels: says for each channel whether its pattern is anywhere in the image. Only the strongest pixel of a "
                    "channel is trained; global average pool trains all of them.",
            .parameters = {},
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = noLabel};
}

}  // namespace trainyard
