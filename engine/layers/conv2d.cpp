#include <array>

#include "engine/layers/image_window.h"
#include "engine/layers/initializer_settings.h"
#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const Shape &image = inputs[0];
    if (auto found = checkImage("Conv 2D", image))
        return tl::unexpected(std::move(*found));
    const std::int64_t filters = settings.integer("filters"), groups = settings.integer("groups"), channels = image[2];
    if (auto found = checkGroups("Conv 2D", groups, channels, filters))
        return tl::unexpected(std::move(*found));
    const auto window = imageWindow("Conv 2D", settings, image);
    if (!window)
        return tl::unexpected(window.error());
    if (auto found = checkWeights("Conv 2D", std::array{window->kernelH, window->kernelW, channels / groups, filters}, "filters"))
        return tl::unexpected(std::move(*found));
    return boundedShape("Conv 2D", shapeAfter(*window, image, filters), "filters");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    const ValueId x = context.inputs[0];
    const Shape image = context.builder.shape(x).withoutBatch();
    const auto window = imageWindow("Conv 2D", context.settings, image);
    if (!window)
        return fail(ErrorCode::InvalidGraph, "{}", window.error().message);
    Conv2dAttributes attributes;
    attributes.window = *window;
    attributes.filters = context.settings.integer("filters");
    attributes.groups = context.settings.integer("groups");
    attributes.bias = context.settings.boolean("bias");
    const std::int64_t area = window->kernelH * window->kernelW, in = image[2] / attributes.groups;
    const ValueId weights =
        context.builder.addParameter(context.name + "/weights", Shape{window->kernelH, window->kernelW, in, attributes.filters},
                                     initializerOf(context.settings, area * in, area * (attributes.filters / attributes.groups)));
    const ValueId biases =
        attributes.bias ? context.builder.addParameter(context.name + "/bias", Shape{attributes.filters}, {}) : kNoValue;
    return context.builder.addOne(OpKind::Conv2d, attributes, {x, weights, biases});
}

LayerSpec makeConv2dLayer()
{
    std::vector<ParameterSpec> parameters{
        integerParameter("filters", "Filters", 16, 1, 1 << 16, "How many patterns it looks for: the channels it puts out."),
        kernelParameter(3, "Size of the patch each output sees. 3x3 is the usual choice, 1x1 mixes channels only."),
        strideParameter(1, "Step between patches. 2x2 halves height and width."),
        choiceParameter("padding", "Padding", "same", {"same", "valid", "explicit"},
                        "same: output = input / stride, rounded up, with zeros around the image. valid: no zeros, the "
                        "image shrinks by kernel - 1. explicit: as many zeros as padding size says."),
        onlyWhen(pairParameter("padding_size", "Padding size", 1, 1, 0, 255, "Zeros added above and below, and left and right."),
                 "padding", "explicit"),
        pairParameter("dilation", "Dilation", 1, 1, 1, 64,
                      "Distance between the kernel's taps: 2x2 lets a 3x3 kernel span 5x5 pixels."),
        integerParameter("groups", "Groups", 1, 1, 1 << 16,
                         "Splits the channels into groups that do not see each other. As many groups as channels: depthwise."),
        booleanParameter("bias", "Bias", true, "Adds a trained offset to each filter. Not needed right before batch norm.")};
    for (ParameterSpec &spec : initializerParameters("kaiming_normal"))
        parameters.push_back(std::move(spec));
    return {.type = "conv2d",
            .title = "Conv 2D",
            .category = Category::Convolution,
            .summary = "Looks for the same small patterns everywhere in an image.",
            .help = "y[i, j, f] = b[f] + the sum over the kernel and the channels of x[i s + u d, j s + v d, c] W[u, v, c, f], "
                    "with stride s and dilation d: height x width x channels becomes height' x width' x filters. The "
                    "basis of image networks; stack a few with an activation after each and pooling or stride 2 between them.",
            .parameters = std::move(parameters),
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) {
                return fmt::format("{} · {}", settings.integer("filters"), windowLabel(settings, {1, 1}));
            }};
}

}  // namespace trainyard
