#include "engine/base/format.h"
#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    ShapeResult shape = boundedShape("Reshape", Shape(settings.list("shape")), "shape");
    if (!shape || shape->elements() == inputs[0].elements())
        return shape;
    return problem(fmt::format("Reshape to {} expects {} values, got {} ({}). Choose sizes whose product is {}.", shape->text(),
                               formatCount(shape->elements()), formatCount(inputs[0].elements()), inputs[0].text(),
                               formatCount(inputs[0].elements())),
                   "shape",
                   ParameterFix{"shape", std::vector<std::int64_t>{inputs[0].elements()},
                                fmt::format("Set shape to {}", inputs[0].elements())});
}

static Result<ValueId> emitOps(EmitContext &context)
{
    return context.builder.addOne(OpKind::Reshape, ReshapeAttributes{context.outputShape.sizes()}, {context.inputs[0]});
}

LayerSpec makeReshapeLayer()
{
    return {.type = "reshape",
            .title = "Reshape",
            .category = Category::Shape,
            .summary = "Reads the same values under another shape.",
            .help = "64 can become 8x8x1 and the other way round; the product of the sizes must stay the same. The values "
                    "stay in order and nothing is copied. For turning table rows into images, and images into rows.",
            .parameters = {shapeParameter("shape", "Shape", {64}, "The new shape of one sample, without the batch: 64, or 8x8x1.")},
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return sizesText(settings.list("shape")); }};
}

}  // namespace trainyard
