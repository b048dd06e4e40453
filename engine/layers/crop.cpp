#include <algorithm>

#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    if (auto found = checkImage("Crop", inputs[0]))
        return tl::unexpected(std::move(*found));
    const auto &size = settings.list("size");
    const std::int64_t height = inputs[0][0], width = inputs[0][1];
    if (size[0] > height || size[1] > width) {
        const std::vector<std::int64_t> fits{std::min(size[0], height), std::min(size[1], width)};
        return problem(fmt::format("Crop to {} expects an image at least so large, got {}.", sizesText(size), inputs[0].text()), "size",
                       ParameterFix{"size", fits, fmt::format("Set size to {}", sizesText(fits))});
    }
    return Shape{size[0], size[1], inputs[0][2]};
}

static Result<ValueId> emitOps(EmitContext &context)
{
    ValueId value = context.inputs[0];
    for (const std::int64_t axis : {1, 2}) {
        const auto at = static_cast<std::size_t>(axis);
        const std::int64_t length = context.outputShape[at - 1], all = context.builder.shape(value)[at];
        if (length == all)
            continue;
        TRAINYARD_TRY(value, context.builder.addOne(OpKind::Slice, SliceAttributes{axis, (all - length) / 2, length}, {value}));
    }
    return value;
}

LayerSpec makeCropLayer()
{
    return {.type = "crop",
            .title = "Crop",
            .category = Category::Shape,
            .summary = "Cuts the middle out of an image.",
            .help = "Keeps height x width pixels around the centre; where the border is odd, one pixel more goes at the bottom and right. Brings a larger image "
                    "to the size of a smaller one before the two are joined, as in the first U-Net.",
            .parameters = {pairParameter("size", "Size", 4, 4, 1, 1 << 15, "Height and width of what is kept.")},
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return sizesText(settings.list("size")); }};
}

}  // namespace trainyard
