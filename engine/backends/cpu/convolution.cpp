#include "engine/backends/cpu/convolution.h"

namespace trainyard::cpu {

ConvolutionDescs convolutionDescs(const Conv2dAttributes &conv, const Shape &x, const Shape &y)
{
    const Window2d &w = conv.window;
    const std::int64_t groups = conv.groups, in = x[3] / groups, out = conv.filters / groups;
    ConvolutionDescs descs;
    descs.x = imageDesc(x);
    descs.y = imageDesc(y);
    const std::int64_t strideI = conv.filters, strideW = in * strideI, strideH = w.kernelW * strideW;
    if (groups == 1) {
        descs.plainWeights = MemoryDesc({out, in, w.kernelH, w.kernelW}, kF32, Dims{1, strideI, strideH, strideW});
        descs.anyWeights = MemoryDesc({out, in, w.kernelH, w.kernelW}, kF32, Tag::any);
    } else {
        descs.plainWeights =
            MemoryDesc({groups, out, in, w.kernelH, w.kernelW}, kF32, Dims{out, 1, strideI, strideH, strideW});
        descs.anyWeights = MemoryDesc({groups, out, in, w.kernelH, w.kernelW}, kF32, Tag::any);
    }
    if (conv.bias)
        descs.bias = vectorDesc(conv.filters);
    descs.window = {{w.strideH, w.strideW}, {w.dilationH - 1, w.dilationW - 1}, {w.padTop, w.padLeft}, {w.padBottom, w.padRight}};
    return descs;
}

dnnl::convolution_forward::primitive_desc forwardDesc(const ConvolutionDescs &descs, const ActivationAttributes &post)
{
    return convolutionForwardDesc(descs.x, descs.anyWeights, descs.bias, descs.y, descs.window, withActivation(post));
}

}  // namespace trainyard::cpu
