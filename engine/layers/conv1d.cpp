#include <array>

#include "engine/layers/initializer_settings.h"
#include "engine/layers/layer_list.h"
#include "engine/layers/length_window.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const auto window = lengthWindow("Conv 1D", settings, inputs[0], settings.integer("dilation"));
    if (!window)
        return tl::unexpected(window.error());
    const std::int64_t filters = settings.integer("filters"), groups = settings.integer("groups"), channels = inputs[0][1];
    if (auto found = checkGroups("Conv 1D", groups, channels, filters))
        return tl::unexpected(std::move(*found));
    if (auto found = checkWeights("Conv 1D", std::array{window->kernelH, channels / groups, filters}, "filters"))
        return tl::unexpected(std::move(*found));
    return boundedShape("Conv 1D", lengthAfter(*window, inputs[0], filters), "filters");
}

// A convolution over an image of width 1.
static Result<ValueId> emitOps(EmitContext &context)
{
    OpBuilder &builder = context.builder;
    const Shape sequence = builder.shape(context.inputs[0]).withoutBatch();
    const auto window = lengthWindow("Conv 1D", context.settings, sequence, context.settings.integer("dilation"));
    if (!window)
        return fail(ErrorCode::InvalidGraph, "{}", window.error().message);
    Conv2dAttributes attributes;
    attributes.window = *window;
    attributes.filters = context.settings.integer("filters");
    attributes.groups = context.settings.integer("groups");
    attributes.bias = context.settings.boolean("bias");
    const std::int64_t in = sequence[1] / attributes.groups;
    const ValueId weights = builder.addParameter(
        context.name + "/weights", Shape{window->kernelH, 1, in, attributes.filters},
        initializerOf(context.settings, window->kernelH * in, window->kernelH * (attributes.filters / attributes.groups)));
    const ValueId bias = attributes.bias ? builder.addParameter(context.name + "/bias", Shape{attributes.filters}, {}) : kNoValue;
    TRAINYARD_TRY(const ValueId image, asImage(builder, context.inputs[0]));
    TRAINYARD_TRY(const ValueId y, builder.addOne(OpKind::Conv2d, attributes, {image, weights, bias}));
    return asSequence(builder, y);
}

LayerSpec makeConv1dLayer()
{
    std::vector<ParameterSpec> parameters{integerParameter("filters", "Filters", 32, 1, 1 << 16, "How many patterns it looks for: the channels it puts out.")};
    for (ParameterSpec &spec : lengthWindowParameters(3, 1, "How many neighbouring positions each output sees.", "Step between outputs. 2 halves the length."))
        parameters.push_back(std::move(spec));
    parameters.push_back(choiceParameter("padding", "Padding", "same", {"same", "valid", "causal"},
                                         "same: output = input / stride, rounded up, with zeros at both ends. valid: no zeros. causal: zeros in front only, so "
                                         "that no output sees what comes after it."));
    parameters.push_back(integerParameter("dilation", "Dilation", 1, 1, 1024, "Distance between the kernel's taps."));
    parameters.push_back(integerParameter("groups", "Groups", 1, 1, 1 << 16, "Splits the channels into groups that do not see each other."));
    parameters.push_back(booleanParameter("bias", "Bias", true, "Adds a trained offset to each filter. Not needed right before batch norm."));
    for (ParameterSpec &spec : initializerParameters("kaiming_normal"))
        parameters.push_back(std::move(spec));
    return {.type = "conv1d",
            .title = "Conv 1D",
            .category = Category::Convolution,
            .summary = "Looks for the same short patterns everywhere in a sequence.",
            .help = "y[i, f] = b[f] + the sum over the kernel and the channels of x[i s + u d, c] W[u, c, f], with stride s and dilation d: length x "
                    "channels becomes length' x filters. For signals, time series and text; causal padding with growing dilations sees far back "
                    "(van den Oord et al. 2016).",
            .parameters = std::move(parameters),
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("{} · {}", settings.integer("filters"), lengthWindowLabel(settings, 1)); }};
}

}  // namespace trainyard
