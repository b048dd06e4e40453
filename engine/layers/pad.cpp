#include <algorithm>
#include <iterator>

#include "engine/layers/layer_list.h"
#include "engine/layers/pad_mode.h"
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
    std::int64_t &length = sizes[static_cast<std::size_t>(*axis)];
    const std::int64_t before = settings.integer("before"), after = settings.integer("after");
    if (auto found = checkPadding("Pad", settings, length, before, after, before >= length ? "before" : "after"))
        return tl::unexpected(std::move(*found));
    length += before + after;
    return boundedShape("Pad", Shape(std::move(sizes)), "after");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    const auto axis = sampleAxis("Pad", context.settings, "axis", context.builder.shape(context.inputs[0]).withoutBatch());
    if (!axis)
        return fail(ErrorCode::InvalidGraph, "{}", axis.error().message);
    return context.builder.addOne(OpKind::Pad, padAttributes(context.settings, *axis + 1, context.settings.integer("before"), context.settings.integer("after")),
                                  {context.inputs[0]});
}

LayerSpec makePadLayer()
{
    std::vector<ParameterSpec> parameters{axisParameter("axis", "Axis", 0, "The dimension that grows."),
                                          integerParameter("before", "Before", 1, 0, 1 << 20, "Entries added in front."),
                                          integerParameter("after", "After", 1, 0, 1 << 20, "Entries added at the end.")};
    std::ranges::move(padModeParameters(), std::back_inserter(parameters));
    return {.type = "pad",
            .title = "Pad",
            .category = Category::Shape,
            .summary = "Adds entries at the ends of a dimension.",
            .help = "Makes a dimension longer: rows above and below an image, positions before a sequence, channels of zeros so that two layers can be "
                    "added. They hold one value, or what lies inside mirrored or repeated. For height and width at once there is pad 2D.",
            .parameters = std::move(parameters),
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("{} and {}", settings.integer("before"), settings.integer("after")); }};
}

}  // namespace trainyard
