#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/sample_axis.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const auto axis = sampleAxis("Split", settings, "axis", inputs[0]);
    if (!axis)
        return tl::unexpected(axis.error());
    auto sizes = inputs[0].sizes();
    std::int64_t &size = sizes[static_cast<std::size_t>(*axis)];
    const std::int64_t parts = settings.integer("parts"), part = settings.integer("part");
    if (size % parts != 0)
        return problem(fmt::format("Split into {} parts expects a multiple of {} along axis {}, got {}.", parts, parts, settings.integer("axis"), inputs[0].text()),
                       "parts", ParameterFix{"parts", std::int64_t{1}, "Set parts to 1"});
    if (part > parts)
        return problem(fmt::format("Split into {} parts has no part {}. Choose one from 1 to {}.", parts, part, parts), "part",
                       ParameterFix{"part", parts, fmt::format("Set part to {}", parts)});
    size /= parts;
    return Shape(std::move(sizes));
}

static Result<ValueId> emitOps(EmitContext &context)
{
    const Shape sample = context.builder.shape(context.inputs[0]).withoutBatch();
    const auto axis = sampleAxis("Split", context.settings, "axis", sample);
    if (!axis)
        return fail(ErrorCode::InvalidGraph, "{}", axis.error().message);
    const std::int64_t length = sample[static_cast<std::size_t>(*axis)] / context.settings.integer("parts");
    return context.builder.addOne(OpKind::Slice, SliceAttributes{*axis + 1, (context.settings.integer("part") - 1) * length, length}, {context.inputs[0]});
}

LayerSpec makeSplitLayer()
{
    return {.type = "split",
            .title = "Split",
            .category = Category::Shape,
            .summary = "One of several equal parts of its input.",
            .help = "Cuts a dimension into equal parts and gives one of them. Several split layers on the same input give all of them: halves of the channels "
                    "for a gate, heads of a network that share one layer.",
            .parameters = {axisParameter("axis", "Axis", -1, "The dimension that is cut."), integerParameter("parts", "Parts", 2, 1, 1 << 20, "How many equal parts there are."),
                           integerParameter("part", "Part", 1, 1, 1 << 20, "Which of them this layer gives, counted from 1.")},
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("part {} of {}", settings.integer("part"), settings.integer("parts")); }};
}

}  // namespace trainyard
