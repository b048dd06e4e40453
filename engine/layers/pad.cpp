#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/sample_axis.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const auto axis = sampleAxis("Pad", settings, "axis", inputs[0]);
    if (!axis)
        return tl::unexpected(axis.error());
    auto sizes = inputs[0].sizes();
    sizes[static_cast<std::size_t>(*axis)] += settings.integer("before") + settings.integer("after");
    return boundedShape("Pad", Shape(std::move(sizes)), "after");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    const auto axis = sampleAxis("Pad", context.settings, "axis", context.builder.shape(context.inputs[0]).withoutBatch());
    if (!axis)
        return fail(ErrorCode::InvalidGraph, "{}", axis.error().message);
    const PadAttributes attributes{*axis + 1, context.settings.integer("before"), context.settings.integer("after"),
                                   static_cast<float>(context.settings.real("value"))};
    return context.builder.addOne(OpKind::Pad, attributes, {context.inputs[0]});
}

LayerSpec makePadLayer()
{
    return {.type = "pad",
            .title = "Pad",
            .category = Category::Shape,
            .summary = "Adds entries of one value at the ends of a dimension.",
            .help = "Makes a dimension longer: rows above and below an image, positions before a sequence, channels of zeros so that two layers can be "
                    "added. For both height and width use two of them; convolutions pad by themselves.",
            .parameters = {axisParameter("axis", "Axis", 0, "The dimension that grows."), integerParameter("before", "Before", 1, 0, 1 << 20, "Entries added in front."),
                           integerParameter("after", "After", 1, 0, 1 << 20, "Entries added at the end."),
                           realParameter("value", "Value", 0.0, -1e6, 1e6, "What the new entries hold.")},
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("{} and {}", settings.integer("before"), settings.integer("after")); }};
}

}  // namespace trainyard
