#include "engine/backends/cuda/convolution_problem.h"

#include <fmt/format.h>

namespace trainyard::cuda {

ConvolutionShape convolutionShape(const Conv2dAttributes &attributes, const Shape &x, const Shape &y)
{
    return {x[0], x[1], x[2], x[3], y[1], y[2], y[3], attributes.window, attributes.groups, {}};
}

ConvolutionShape convolutionShape(const Conv3dAttributes &a, const Shape &x, const Shape &y)
{
    const Window2d window{a.kernel[1],    a.kernel[2],    a.stride[1],   a.stride[2],   a.padBefore[1],
                          a.padBefore[2], a.padAfter[1],  a.padAfter[2], a.dilation[1], a.dilation[2]};
    return {x[0], x[2], x[3], x[4], y[2], y[3], y[4], window, a.groups, {true, x[1], y[1], a.kernel[0], a.stride[0], a.padBefore[0], a.padAfter[0], a.dilation[0]}};
}

std::string convolutionText(const Convolution &convolution)
{
    static constexpr const char *kDirections[] = {"forward", "grad_data", "grad_weights"};
    static constexpr const char *kEpilogues[] = {"", " +bias", " +bias+relu"};
    const ConvolutionShape &s = convolution.shape;
    const Window2d &w = s.window;
    const ConvolutionDepth &d = s.depth;
    const std::string depth = d.isVolume ? fmt::format(" depth {}*{}->{} stride {} pad {},{} dilation {}", d.image, d.kernel, d.result, d.stride, d.padBefore,
                                                       d.padAfter, d.dilation)
                                         : std::string();
    return fmt::format("{} {}{} {}x{}x{}x{} * {}x{}x{}x{} -> {}x{} stride {}x{} pad {},{},{},{} dilation {}x{} groups {}{}{}",
                       kDirections[static_cast<int>(convolution.direction)], dtypeName(convolution.dtype),
                       convolution.tf32 ? "(TF32)" : "", s.batch, s.imageH, s.imageW, s.imageChannels, s.resultChannels, w.kernelH,
                       w.kernelW, s.imageChannels / s.groups, s.resultH, s.resultW, w.strideH, w.strideW, w.padTop, w.padLeft,
                       w.padBottom, w.padRight, w.dilationH, w.dilationW, s.groups, depth,
                       kEpilogues[static_cast<int>(convolution.epilogue)]);
}

}  // namespace trainyard::cuda
