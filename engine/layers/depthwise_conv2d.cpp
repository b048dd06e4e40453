#include <array>

#include "engine/layers/image_window.h"
#include "engine/layers/initializer_settings.h"
#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    if (auto found = checkImage("Depthwise conv 2D", inputs[0]))
        return tl::unexpected(std::move(*found));
    const auto window = imageWindow("Depthwise conv 2D", settings, inputs[0]);
    if (!window)
        return tl::unexpected(window.error());
    const std::int64_t filters = inputs[0][2] * settings.integer("multiplier");
    if (auto found = checkWeights("Depthwise conv 2D", std::array{window->kernelH, window->kernelW, filters}, "multiplier"))
        return tl::unexpected(std::move(*found));
    return boundedShape("Depthwise conv 2D", shapeAfter(*window, inputs[0], filters), "multiplier");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    OpBuilder &builder = context.builder;
    const Shape image = builder.shape(context.inputs[0]).withoutBatch();
    const auto window = imageWindow("Depthwise conv 2D", context.settings, image);
    if (!window)
        return fail(ErrorCode::InvalidGraph, "{}", window.error().message);
    Conv2dAttributes attributes;
    attributes.window = *window;
    attributes.groups = image[2];
    attributes.filters = image[2] * context.settings.integer("multiplier");
    attributes.bias = context.settings.boolean("bias");
    const std::int64_t area = window->kernelH * window->kernelW;
    const ValueId weights = builder.addParameter(context.name + "/weights", Shape{window->kernelH, window->kernelW, 1, attributes.filters},
                                                 initializerOf(context.settings, area, area * context.settings.integer("multiplier")));
    const ValueId bias = attributes.bias ? builder.addParameter(context.name + "/bias", Shape{attributes.filters}, {}) : kNoValue;
    return builder.addOne(OpKind::Conv2d, attributes, {context.inputs[0], weights, bias});
}

LayerSpec makeDepthwiseConv2dLayer()
{
    std::vector<ParameterSpec> parameters{
        kernelParameter(3, "Size of the patch each output sees."), strideParameter(1, "Step between patches. 2x2 halves height and width."),
        choiceParameter("padding", "Padding", "same", {"same", "valid"},
                        "same: output = input / stride, rounded up, with zeros around the image. valid: no zeros, the image shrinks by kernel - 1."),
        integerParameter("multiplier", "Multiplier", 1, 1, 64, "How many filters each channel gets."),
        booleanParameter("bias", "Bias", true, "Adds a trained offset to each filter. Not needed right before batch norm.")};
    for (ParameterSpec &spec : initializerParameters("kaiming_normal"))
        parameters.push_back(std::move(spec));
    return {.type = "depthwise_conv2d",
            .title = "Depthwise conv 2D",
            .category = Category::Convolution,
            .summary = "Looks for patterns in each channel of an image by itself.",
            .help = "Each channel is convolved with filters of its own and no channel sees another, which takes channels times fewer weights and "
                    "multiplications than conv 2D. A 1x1 convolution after it mixes the channels; the two together are a separable convolution "
                    "(MobileNet, Howard et al. 2017). On a GPU it is limited by memory, not by arithmetic.",
            .parameters = std::move(parameters),
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return windowLabel(settings, {1, 1}); }};
}

}  // namespace trainyard
