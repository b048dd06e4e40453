#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/sample_axis.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const auto axis = sampleAxis("Slice", settings, "axis", inputs[0]);
    if (!axis)
        return tl::unexpected(axis.error());
    auto sizes = inputs[0].sizes();
    std::int64_t &size = sizes[static_cast<std::size_t>(*axis)];
    const std::int64_t begin = settings.integer("begin"), length = settings.integer("length");
    if (begin + length > size)
        return problem(fmt::format("Slice from {} on with {} entries expects at least {} along axis {}, got {}.", begin, length, begin + length,
                                   settings.integer("axis"), inputs[0].text()),
                       begin < size ? "length" : "begin",
                       begin < size ? ParameterFix{"length", size - begin, fmt::format("Set length to {}", size - begin)}
                                    : ParameterFix{"begin", std::int64_t{0}, "Set begin to 0"});
    size = length;
    return Shape(std::move(sizes));
}

static Result<ValueId> emitOps(EmitContext &context)
{
    const auto axis = sampleAxis("Slice", context.settings, "axis", context.builder.shape(context.inputs[0]).withoutBatch());
    if (!axis)
        return fail(ErrorCode::InvalidGraph, "{}", axis.error().message);
    return context.builder.addOne(OpKind::Slice, SliceAttributes{*axis + 1, context.settings.integer("begin"), context.settings.integer("length")},
                                  {context.inputs[0]});
}

LayerSpec makeSliceLayer()
{
    return {.type = "slice",
            .title = "Slice",
            .category = Category::Shape,
            .summary = "Takes a stretch of its input along one dimension.",
            .help = "Keeps length entries from begin on and drops the rest: the last positions of a sequence, some channels of an image.",
            .parameters = {axisParameter("axis", "Axis", -1, "The dimension that is cut."),
                           integerParameter("begin", "Begin", 0, 0, std::int64_t{1} << 30, "The first entry kept, counted from 0."),
                           integerParameter("length", "Length", 1, 1, std::int64_t{1} << 30, "How many entries are kept.")},
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) {
                return fmt::format("{} to {}", settings.integer("begin"), settings.integer("begin") + settings.integer("length") - 1);
            }};
}

}  // namespace trainyard
