#include "engine/layers/image_window.h"

#include <algorithm>

#include "engine/layers/parameter_specs.h"

namespace trainyard {

namespace {

constexpr std::int64_t kMaxKernel = 255;

}  // namespace

std::int64_t samePadding(std::int64_t input, std::int64_t reach, std::int64_t stride)
{
    const std::int64_t output = (input + stride - 1) / stride;
    return std::max<std::int64_t>((output - 1) * stride + reach - input, 0);
}

ParameterSpec kernelParameter(std::int64_t size, const std::string &help)
{
    return pairParameter("kernel", "Kernel", size, size, 1, kMaxKernel, help);
}

ParameterSpec strideParameter(std::int64_t size, const std::string &help)
{
    return pairParameter("stride", "Stride", size, size, 1, kMaxKernel, help);
}

tl::expected<Window2d, LayerProblem> imageWindow(const std::string &title, const LayerSettings &settings, const Shape &image)
{
    const auto sizes = [&](const char *key, std::int64_t otherwise) {
        const auto *found = std::get_if<std::vector<std::int64_t>>(&settings.value(key));
        return found ? *found : std::vector<std::int64_t>{otherwise, otherwise};
    };
    const auto kernel = sizes("kernel", 1), stride = sizes("stride", 1), dilation = sizes("dilation", 1);
    Window2d window;
    window.kernelH = kernel[0];
    window.kernelW = kernel[1];
    window.strideH = stride[0];
    window.strideW = stride[1];
    window.dilationH = dilation[0];
    window.dilationW = dilation[1];
    const std::int64_t reachH = (kernel[0] - 1) * dilation[0] + 1, reachW = (kernel[1] - 1) * dilation[1] + 1;
    const std::string &padding = settings.choice("padding");
    if (padding == "same") {
        const std::int64_t totalH = samePadding(image[0], reachH, stride[0]);
        const std::int64_t totalW = samePadding(image[1], reachW, stride[1]);
        window.padTop = totalH / 2;
        window.padBottom = totalH - window.padTop;
        window.padLeft = totalW / 2;
        window.padRight = totalW - window.padLeft;
    } else if (padding == "explicit") {
        const auto size = sizes("padding_size", 0);
        window.padTop = window.padBottom = size[0];
        window.padLeft = window.padRight = size[1];
    }
    const std::int64_t height = image[0] + window.padTop + window.padBottom;
    const std::int64_t width = image[1] + window.padLeft + window.padRight;
    if (height < reachH || width < reachW)
        return problem(fmt::format("{} with a kernel of {}{} expects at least {}x{} pixels, got {}x{}. Set padding to same "
                                   "or use a smaller kernel.",
                                   title, sizesText(kernel),
                                   dilation[0] * dilation[1] > 1 ? " and dilation of " + sizesText(dilation) : "", reachH,
                                   reachW, height, width),
                       "kernel", ParameterFix{"padding", std::string("same"), "Set padding to same"});
    return window;
}

Shape shapeAfter(const Window2d &window, const Shape &image, std::int64_t channels)
{
    return Shape{window.outputH(image[0]), window.outputW(image[1]), channels};
}

std::string windowLabel(const LayerSettings &settings, const std::vector<std::int64_t> &usualStride)
{
    const auto &stride = settings.list("stride");
    std::string label = sizesText(settings.list("kernel"));
    if (stride != usualStride)
        label += " / " + sizesText(stride);
    return label;
}

}  // namespace trainyard
