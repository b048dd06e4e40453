#include <algorithm>
#include <iterator>

#include "engine/layers/layer_list.h"
#include "engine/layers/pad_mode.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    if (auto found = checkImage("Pad 2D", inputs[0]))
        return tl::unexpected(std::move(*found));
    const std::int64_t height = inputs[0][0], width = inputs[0][1];
    const std::int64_t top = settings.integer("top"), bottom = settings.integer("bottom"), left = settings.integer("left"), right = settings.integer("right");
    if (auto found = checkPadding("Pad 2D", settings, height, top, bottom, top >= height ? "top" : "bottom"))
        return tl::unexpected(std::move(*found));
    if (auto found = checkPadding("Pad 2D", settings, width, left, right, left >= width ? "left" : "right"))
        return tl::unexpected(std::move(*found));
    return boundedShape("Pad 2D", Shape{top + height + bottom, left + width + right, inputs[0][2]}, "bottom");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    const LayerSettings &settings = context.settings;
    const PadAttributes rows = padAttributes(settings, 1, settings.integer("top"), settings.integer("bottom"));
    const PadAttributes columns = padAttributes(settings, 2, settings.integer("left"), settings.integer("right"));
    ValueId image = context.inputs[0];
    for (const PadAttributes &pad : {columns, rows})
        if (pad.before + pad.after > 0) {
            TRAINYARD_TRY(image, context.builder.addOne(OpKind::Pad, pad, {image}));
        }
    return image;
}

LayerSpec makePad2dLayer()
{
    constexpr std::int64_t kMost = 512;
    std::vector<ParameterSpec> parameters{integerParameter("top", "Top", 1, 0, kMost, "Rows added above."),
                                          integerParameter("bottom", "Bottom", 1, 0, kMost, "Rows added below."),
                                          integerParameter("left", "Left", 1, 0, kMost, "Columns added at the left."),
                                          integerParameter("right", "Right", 1, 0, kMost, "Columns added at the right.")};
    for (ParameterSpec &side : parameters)
        side.unit = "px";
    std::ranges::move(padModeParameters(), std::back_inserter(parameters));
    return {.type = "pad2d",
            .title = "Pad 2D",
            .category = Category::Shape,
            .summary = "Adds a border to an image.",
            .help = "Rows above and below and columns at both sides: of one value, of the pixels inside mirrored at the edge, or of the edge repeated. Mirrored "
                    "borders leave no dark frame behind a convolution with padding valid, which matters where images are made.",
            .parameters = std::move(parameters),
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) {
                return fmt::format("{}, {}, {}, {}", settings.integer("top"), settings.integer("bottom"), settings.integer("left"), settings.integer("right"));
            }};
}

}  // namespace trainyard
