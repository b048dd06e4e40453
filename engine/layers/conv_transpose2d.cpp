#include <array>

#include "engine/layers/image_window.h"
#include "engine/layers/initializer_settings.h"
#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

namespace {

// The convolution whose gradient this is: it makes the input of the larger image that comes out.
struct Transposed {
    Window2d window;
    std::int64_t height = 0, width = 0;  // of what comes out
};

tl::expected<Transposed, LayerProblem> transposedWindow(const LayerSettings &settings, const Shape &image)
{
    const auto &kernel = settings.list("kernel"), &stride = settings.list("stride"), &dilation = settings.list("dilation");
    const std::string &padding = settings.choice("padding");
    Transposed made;
    Window2d &w = made.window;
    w.kernelH = kernel[0];
    w.kernelW = kernel[1];
    w.strideH = stride[0];
    w.strideW = stride[1];
    w.dilationH = dilation[0];
    w.dilationW = dilation[1];
    std::array<std::int64_t, 2> size{};
    for (const std::size_t axis : {0u, 1u}) {
        const std::int64_t reach = (kernel[axis] - 1) * dilation[axis] + 1, full = (image[axis] - 1) * stride[axis] + reach;
        std::int64_t before = 0, after = 0, output = full;
        if (padding == "same") {
            output = image[axis] * stride[axis];
            const std::int64_t total = samePadding(output, reach, stride[axis]);
            before = total / 2;
            after = total - before;
        } else if (padding == "explicit") {
            const std::int64_t more = settings.list("output_padding")[axis];
            before = after = settings.list("padding_size")[axis];
            if (more >= stride[axis])
                return problem(fmt::format("Transposed conv 2D expects an output padding below the stride of {}, got {}. Set it to 0x0.", stride[axis], more),
                               "output_padding", ParameterFix{"output_padding", std::vector<std::int64_t>{0, 0}, "Set output padding to 0x0"});
            output = full - 2 * before + more;
        }
        if (output < 1)
            return problem(fmt::format("Transposed conv 2D of {} with a padding of {} leaves no pixels. Set padding to same.", image.text(), before), "padding_size",
                           ParameterFix{"padding", std::string("same"), "Set padding to same"});
        size[axis] = output;
        (axis == 0 ? w.padTop : w.padLeft) = before;
        (axis == 0 ? w.padBottom : w.padRight) = after;
    }
    made.height = size[0];
    made.width = size[1];
    return made;
}

ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const Shape &image = inputs[0];
    if (auto found = checkImage("Transposed conv 2D", image))
        return tl::unexpected(std::move(*found));
    const std::int64_t filters = settings.integer("filters");
    const auto made = transposedWindow(settings, image);
    if (!made)
        return tl::unexpected(made.error());
    if (auto found = checkWeights("Transposed conv 2D", std::array{made->window.kernelH, made->window.kernelW, filters, image[2]}, "filters"))
        return tl::unexpected(std::move(*found));
    return boundedShape("Transposed conv 2D", Shape{made->height, made->width, filters}, "filters");
}

Result<ValueId> emitOps(EmitContext &context)
{
    OpBuilder &builder = context.builder;
    const ValueId x = context.inputs[0];
    const Shape image = builder.shape(x).withoutBatch();
    const auto made = transposedWindow(context.settings, image);
    if (!made)
        return fail(ErrorCode::InvalidGraph, "{}", made.error().message);
    Conv2dAttributes attributes;
    attributes.window = made->window;
    attributes.filters = image[2];
    attributes.bias = false;
    attributes.inputH = made->height;
    attributes.inputW = made->width;
    const std::int64_t filters = context.settings.integer("filters"), area = made->window.kernelH * made->window.kernelW;
    const ValueId weights = builder.addParameter(context.name + "/weights", Shape{made->window.kernelH, made->window.kernelW, filters, image[2]},
                                                 initializerOf(context.settings, area * image[2], area * filters));
    TRAINYARD_TRY(const ValueId y, builder.addOne(OpKind::Conv2dGradData, attributes, {x, weights}));
    if (!context.settings.boolean("bias"))
        return y;
    const ValueId bias = builder.addParameter(context.name + "/bias", Shape{filters}, {});
    TRAINYARD_TRY(const ValueId everywhere, builder.addOne(OpKind::Expand, ExpandAttributes{builder.shape(y).sizes()}, {bias}));
    return builder.addOne(OpKind::Add, NoAttributes{}, {y, everywhere});
}

}  // namespace

LayerSpec makeConvTranspose2dLayer()
{
    std::vector<ParameterSpec> parameters{
        integerParameter("filters", "Filters", 16, 1, 1 << 16, "The channels it puts out."),
        kernelParameter(3, "Size of the patch that each pixel is spread over."), strideParameter(2, "Step between patches: how much larger the image becomes."),
        choiceParameter("padding", "Padding", "same", {"same", "valid", "explicit"},
                        "same: output = input x stride. valid: whole patches, output = (input - 1) x stride + kernel. explicit: as many pixels as padding size "
                        "says are cut off at each side."),
        onlyWhen(pairParameter("padding_size", "Padding size", 1, 1, 0, 255, "Pixels cut off above and below, and left and right."), "padding", "explicit"),
        onlyWhen(pairParameter("output_padding", "Output padding", 0, 0, 0, 255, "Pixels added at the bottom and right; below the stride."), "padding", "explicit"),
        pairParameter("dilation", "Dilation", 1, 1, 1, 64, "Distance between the kernel's taps."),
        booleanParameter("bias", "Bias", true, "Adds a trained offset to each filter. Not needed right before batch norm.")};
    for (ParameterSpec &spec : initializerParameters("kaiming_normal"))
        parameters.push_back(std::move(spec));
    return {.type = "conv_transpose2d",
            .title = "Transposed conv 2D",
            .category = Category::Convolution,
            .summary = "Enlarges an image by spreading each pixel over a patch, with trained weights.",
            .help = "The way back of a convolution (its gradient with respect to the image): height x width x channels becomes height' x width' x filters. "
                    "Decoders of autoencoders and U-shaped networks use it to get back to the resolution of the input. Where a checkerboard shows, use a "
                    "kernel that is a multiple of the stride, or upsample and conv 2D.",
            .parameters = std::move(parameters),
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("{} · {}", settings.integer("filters"), windowLabel(settings, {1, 1})); }};
}

}  // namespace trainyard
