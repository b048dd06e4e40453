#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    if (auto found = checkImage("Upsample", inputs[0]))
        return tl::unexpected(std::move(*found));
    const auto &factor = settings.list("factor");
    return boundedShape("Upsample", Shape{inputs[0][0] * factor[0], inputs[0][1] * factor[1], inputs[0][2]}, "factor");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    const auto &factor = context.settings.list("factor");
    const UpsampleAttributes attributes{factor[0], factor[1], context.settings.choice("method") == "bilinear"};
    return context.builder.addOne(OpKind::Upsample2d, attributes, {context.inputs[0]});
}

LayerSpec makeUpsampleLayer()
{
    return {.type = "upsample",
            .title = "Upsample",
            .category = Category::Shape,
            .summary = "Enlarges an image by whole factors.",
            .help = "nearest repeats each pixel; bilinear blends it with its neighbours, pixel centres staying where they were. It has nothing to train: a "
                    "convolution after it learns the details. Decoders of U-shaped networks and generators use it instead of a transposed convolution, "
                    "which can leave a checkerboard.",
            .parameters = {pairParameter("factor", "Factor", 2, 2, 1, 64, "How many times as high and as wide."),
                           choiceParameter("method", "Method", "nearest", {"nearest", "bilinear"}, "Repeat each pixel, or blend neighbours.")},
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("{} {}", sizesText(settings.list("factor")), settings.choice("method")); }};
}

}  // namespace trainyard
