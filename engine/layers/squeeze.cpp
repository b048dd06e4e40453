#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/sample_axis.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const auto axis = sampleAxis("Squeeze", settings, "axis", inputs[0]);
    if (!axis)
        return tl::unexpected(axis.error());
    auto sizes = inputs[0].sizes();
    if (sizes[static_cast<std::size_t>(*axis)] != 1 || sizes.size() == 1)
        return problem(fmt::format("Squeeze along axis {} expects length 1 there and another dimension, got {}. Choose another axis.", settings.integer("axis"), inputs[0].text()),
                       "axis");
    sizes.erase(sizes.begin() + *axis);
    return Shape(std::move(sizes));
}

static Result<ValueId> emitOps(EmitContext &context)
{
    return context.builder.addOne(OpKind::Reshape, ReshapeAttributes{context.outputShape.sizes()}, {context.inputs[0]});
}

LayerSpec makeSqueezeLayer()
{
    return {.type = "squeeze",
            .title = "Squeeze",
            .category = Category::Shape,
            .summary = "Drops a dimension of length 1.",
            .help = "1x8x16 becomes 8x16 along axis 0. The values stay as they are and nothing is copied.",
            .parameters = {axisParameter("axis", "Axis", 0, "The dimension that is dropped.")},
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("axis {}", settings.integer("axis")); }};
}

}  // namespace trainyard
