#include "engine/layers/length_window.h"

#include "engine/layers/image_window.h"
#include "engine/layers/parameter_specs.h"

namespace trainyard {

std::vector<ParameterSpec> lengthWindowParameters(std::int64_t kernel, std::int64_t stride, const std::string &kernelHelp, const std::string &strideHelp)
{
    constexpr std::int64_t kMost = 4096;
    return {integerParameter("kernel", "Kernel", kernel, 1, kMost, kernelHelp), integerParameter("stride", "Stride", stride, 1, kMost, strideHelp)};
}

tl::expected<Window2d, LayerProblem> lengthWindow(const std::string &title, const LayerSettings &settings, const Shape &sequence, std::int64_t dilation)
{
    if (sequence.rank() != 2)
        return problem(fmt::format("{} expects a sequence, length x channels, got {}. Put a reshape before it.", title, sequence.text()));
    Window2d window;
    window.kernelH = settings.integer("kernel");
    window.strideH = settings.integer("stride");
    window.dilationH = dilation;
    const std::int64_t reach = (window.kernelH - 1) * window.dilationH + 1;
    const std::string &padding = settings.choice("padding");
    if (padding == "same") {
        const std::int64_t total = samePadding(sequence[0], reach, window.strideH);
        window.padTop = total / 2;
        window.padBottom = total - window.padTop;
    } else if (padding == "causal") {
        window.padTop = reach - 1;
    }
    if (sequence[0] + window.padTop + window.padBottom < reach)
        return problem(fmt::format("{} with a kernel that spans {} expects a sequence at least so long, got {}. Set padding to same or use a smaller kernel.",
                                   title, reach, sequence[0]),
                       "kernel", ParameterFix{"padding", std::string("same"), "Set padding to same"});
    return window;
}

Shape lengthAfter(const Window2d &window, const Shape &sequence, std::int64_t channels)
{
    return Shape{window.outputH(sequence[0]), channels};
}

Result<ValueId> asImage(OpBuilder &builder, ValueId x)
{
    const Shape sequence = builder.shape(x).withoutBatch();
    return builder.addOne(OpKind::Reshape, ReshapeAttributes{{sequence[0], 1, sequence[1]}}, {x});
}

Result<ValueId> asSequence(OpBuilder &builder, ValueId y)
{
    const Shape image = builder.shape(y).withoutBatch();
    return builder.addOne(OpKind::Reshape, ReshapeAttributes{{image[0], image[2]}}, {y});
}

std::string lengthWindowLabel(const LayerSettings &settings, std::int64_t usualStride)
{
    const std::int64_t stride = settings.integer("stride");
    return fmt::format("{}{}", settings.integer("kernel"), stride == usualStride ? "" : fmt::format(" / {}", stride));
}

}  // namespace trainyard
