#include <array>

#include "engine/layers/image_window.h"
#include "engine/layers/initializer_settings.h"
#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    if (auto found = checkImage("Separable conv 2D", inputs[0]))
        return tl::unexpected(std::move(*found));
    const auto window = imageWindow("Separable conv 2D", settings, inputs[0]);
    if (!window)
        return tl::unexpected(window.error());
    const std::int64_t filters = settings.integer("filters");
    if (auto found = checkWeights("Separable conv 2D", std::array{window->kernelH, window->kernelW, inputs[0][2], filters}, "filters"))
        return tl::unexpected(std::move(*found));
    return boundedShape("Separable conv 2D", shapeAfter(*window, inputs[0], filters), "filters");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    OpBuilder &builder = context.builder;
    const Shape image = builder.shape(context.inputs[0]).withoutBatch();
    const auto window = imageWindow("Separable conv 2D", context.settings, image);
    if (!window)
        return fail(ErrorCode::InvalidGraph, "{}", window.error().message);
    const std::int64_t channels = image[2], filters = context.settings.integer("filters"), area = window->kernelH * window->kernelW;
    Conv2dAttributes depthwise;
    depthwise.window = *window;
    depthwise.filters = depthwise.groups = channels;
    depthwise.bias = false;
    const ValueId spatial = builder.addParameter(context.name + "/depthwise_weights", Shape{window->kernelH, window->kernelW, 1, channels},
                                                 initializerOf(context.settings, area, area));
    TRAINYARD_TRY(const ValueId patterns, builder.addOne(OpKind::Conv2d, depthwise, {context.inputs[0], spatial, kNoValue}));
    Conv2dAttributes pointwise;
    pointwise.filters = filters;
    pointwise.bias = context.settings.boolean("bias");
    const ValueId mixing = builder.addParameter(context.name + "/pointwise_weights", Shape{1, 1, channels, filters},
                                                initializerOf(context.settings, channels, filters));
    const ValueId bias = pointwise.bias ? builder.addParameter(context.name + "/bias", Shape{filters}, {}) : kNoValue;
    return builder.addOne(OpKind::Conv2d, pointwise, {patterns, mixing, bias});
}

LayerSpec makeSeparableConv2dLayer()
{
    std::vector<ParameterSpec> parameters{
        integerParameter("filters", "Filters", 32, 1, 1 << 16, "The channels it puts out."), kernelParameter(3, "Size of the patch each output sees."),
        strideParameter(1, "Step between patches. 2x2 halves height and width."),
        choiceParameter("padding", "Padding", "same", {"same", "valid"},
                        "same: output = input / stride, rounded up, with zeros around the image. valid: no zeros, the image shrinks by kernel - 1."),
        booleanParameter("bias", "Bias", true, "Adds a trained offset to each filter. Not needed right before batch norm.")};
    for (ParameterSpec &spec : initializerParameters("kaiming_normal"))
        parameters.push_back(std::move(spec));
    return {.type = "separable_conv2d",
            .title = "Separable conv 2D",
            .category = Category::Convolution,
            .summary = "A convolution in two cheap steps: each channel by itself, then a mix of the channels.",
            .help = "A depthwise convolution without bias, then a 1x1 convolution. With a 3x3 kernel it takes about a ninth of the weights and "
                    "multiplications of conv 2D and often trains to nearly the same accuracy. Chollet 2017 (Xception).",
            .parameters = std::move(parameters),
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("{} · {}", settings.integer("filters"), windowLabel(settings, {1, 1})); }};
}

}  // namespace trainyard
