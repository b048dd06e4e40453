#include "engine/backends/cuda/convolution_problem.h"

#include <fmt/format.h>

namespace trainyard::cuda {

ConvolutionShape convolutionShape(const Conv2dAttributes &attributes, const Shape &x, const Shape &y)
{
    return {x[0], x[1], x[2], x[3], y[1], y[2], y[3], attributes.window, attributes.groups};
}

std::string convolutionText(const Convolution &convolution)
{
    static constexpr const char *kDirections[] = {"forward", "grad_data", "grad_weights"};
    static constexpr const char *kEpilogues[] = {"", " +bias", " +bias+relu"};
    const ConvolutionShape &s = convolution.shape;
    const Window2d &w = s.window;
    return fmt::format("{} {}{} {}x{}x{}x{} * {}x{}x{}x{} -> {}x{} stride {}x{} pad {},{},{},{} dilation {}x{} groups {}{}",
                       kDirections[static_cast<int>(convolution.direction)], dtypeName(convolution.dtype),
                       convolution.tf32 ? "(TF32)" : "", s.batch, s.imageH, s.imageW, s.imageChannels, s.resultChannels, w.kernelH,
                       w.kernelW, s.imageChannels / s.groups, s.resultH, s.resultW, w.strideH, w.strideW, w.padTop, w.padLeft,
                       w.padBottom, w.padRight, w.dilationH, w.dilationW, s.groups,
                       kEpilogues[static_cast<int>(convolution.epilogue)]);
}

}  // namespace trainyard::cuda
