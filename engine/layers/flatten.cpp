#include "engine/layers/layer_list.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &, std::span<const Shape> inputs)
{
    return Shape{inputs[0].elements()};
}

static Result<ValueId> emitOps(EmitContext &context)
{
    return context.builder.addOne(OpKind::Reshape, ReshapeAttributes{context.outputShape.sizes()}, {context.inputs[0]});
}

LayerSpec makeFlattenLayer()
{
    return {.type = "flatten",
            .title = "Flatten",
            .category = Category::Shape,
            .summary = "Lines up all values of a sample in one row.",
            .help = "8x8x16 becomes 1024; the values stay as they are and nothing is copied. Put it between the last image "
                    "layer and the first dense layer.",
            .parameters = {},
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = noLabel};
}

}  // namespace trainyard
