#include <array>

#include "engine/layers/initializer_settings.h"
#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"
#include "engine/layers/volume_window.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const Shape &volume = inputs[0];
    const auto window = volumeWindow("Conv 3D", settings, volume);
    if (!window)
        return tl::unexpected(window.error());
    const std::int64_t filters = settings.integer("filters"), groups = settings.integer("groups"), channels = volume[3];
    if (auto found = checkGroups("Conv 3D", groups, channels, filters))
        return tl::unexpected(std::move(*found));
    const auto &kernel = window->kernel;
    if (auto found = checkWeights("Conv 3D", std::array{kernel[0], kernel[1], kernel[2], channels / groups, filters}, "filters"))
        return tl::unexpected(std::move(*found));
    return boundedShape("Conv 3D", volumeAfter(*window, volume, filters), "filters");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    const ValueId x = context.inputs[0];
    const Shape volume = context.builder.shape(x).withoutBatch();
    const auto window = volumeWindow("Conv 3D", context.settings, volume);
    if (!window)
        return fail(ErrorCode::InvalidGraph, "{}", window.error().message);
    Conv3dAttributes attributes = *window;
    attributes.filters = context.settings.integer("filters");
    attributes.groups = context.settings.integer("groups");
    attributes.bias = context.settings.boolean("bias");
    const auto &kernel = attributes.kernel;
    const std::int64_t taps = kernel[0] * kernel[1] * kernel[2], in = volume[3] / attributes.groups;
    const ValueId weights = context.builder.addParameter(context.name + "/weights", Shape{kernel[0], kernel[1], kernel[2], in, attributes.filters},
                                                         initializerOf(context.settings, taps * in, taps * (attributes.filters / attributes.groups)));
    const ValueId biases = attributes.bias ? context.builder.addParameter(context.name + "/bias", Shape{attributes.filters}, {}) : kNoValue;
    return context.builder.addOne(OpKind::Conv3d, attributes, {x, weights, biases});
}

LayerSpec makeConv3dLayer()
{
    std::vector<ParameterSpec> parameters{
        integerParameter("filters", "Filters", 16, 1, 1 << 16, "How many patterns it looks for: the channels it puts out."),
        tripleParameter("kernel", "Kernel", 3, 1, "Size of the block each output sees, along depth, height and width."),
        tripleParameter("stride", "Stride", 1, 1, "Step between blocks. 1x2x2 halves height and width and keeps the depth."),
        choiceParameter("padding", "Padding", "same", {"same", "valid", "explicit"},
                        "same: output = input / stride, rounded up, with zeros around the volume. valid: no zeros, the volume shrinks by kernel - 1. "
                        "explicit: as many zeros as padding size says."),
        onlyWhen(tripleParameter("padding_size", "Padding size", 1, 0, "Zeros added on both sides, along depth, height and width."), "padding", "explicit"),
        tripleParameter("dilation", "Dilation", 1, 1, "Distance between the kernel's taps."),
        integerParameter("groups", "Groups", 1, 1, 1 << 16, "Splits the channels into groups that do not see each other. As many groups as channels: depthwise."),
        booleanParameter("bias", "Bias", true, "Adds a trained offset to each filter. Not needed right before batch norm.")};
    for (ParameterSpec &spec : initializerParameters("kaiming_normal"))
        parameters.push_back(std::move(spec));
    return {.type = "conv3d",
            .title = "Conv 3D",
            .category = Category::Convolution,
            .summary = "Looks for the same small patterns everywhere in a volume or a film.",
            .help = "What a 2D convolution does, with one more direction: depth x height x width x channels becomes depth' x height' x width' x filters. "
                    "For scans, where the depth is space, and for film, where it is time. The work grows with the cube of the kernel: 3x3x3 costs three "
                    "times as much as 3x3 on every slice. Tran et al. 2015.",
            .parameters = std::move(parameters),
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("{} · {}", settings.integer("filters"), volumeLabel(settings, {1, 1, 1})); }};
}

}  // namespace trainyard
