#include "engine/backends/cpu/convolution.h"

namespace trainyard::cpu {

namespace {

// kernel: along each spatial dimension. in and out: channels of one group.
void describeWeights(ConvolutionDescs &descs, const Dims &kernel, std::int64_t groups, std::int64_t in, std::int64_t out)
{
    Dims sizes{out, in}, strides{1, groups * out};
    sizes.insert(sizes.end(), kernel.begin(), kernel.end());
    strides.resize(sizes.size());
    std::int64_t stride = in * groups * out;
    for (std::size_t i = kernel.size(); i > 0; --i) {
        strides[i + 1] = stride;
        stride *= kernel[i - 1];
    }
    if (groups > 1) {
        sizes.insert(sizes.begin(), groups);
        strides.insert(strides.begin(), out);
    }
    descs.plainWeights = MemoryDesc(sizes, kF32, strides);
    descs.anyWeights = MemoryDesc(sizes, kF32, Tag::any);
}

MemoryDesc volumeDesc(const Shape &shape)
{
    return MemoryDesc({shape[0], shape[4], shape[1], shape[2], shape[3]}, kF32, Tag::ndhwc);
}

}  // namespace

ConvolutionDescs convolutionDescs(const Conv2dAttributes &conv, const Shape &x, const Shape &y)
{
    const Window2d &w = conv.window;
    ConvolutionDescs descs;
    descs.x = imageDesc(x);
    descs.y = imageDesc(y);
    describeWeights(descs, {w.kernelH, w.kernelW}, conv.groups, x[3] / conv.groups, conv.filters / conv.groups);
    if (conv.bias)
        descs.bias = vectorDesc(conv.filters);
    descs.window = {{w.strideH, w.strideW}, {w.dilationH - 1, w.dilationW - 1}, {w.padTop, w.padLeft}, {w.padBottom, w.padRight}};
    return descs;
}

ConvolutionDescs convolutionDescs(const Conv3dAttributes &conv, const Shape &x, const Shape &y)
{
    const auto dims = [](const std::array<std::int64_t, 3> &sizes, std::int64_t less = 0) { return Dims{sizes[0] - less, sizes[1] - less, sizes[2] - less}; };
    ConvolutionDescs descs;
    descs.x = volumeDesc(x);
    descs.y = volumeDesc(y);
    describeWeights(descs, dims(conv.kernel), conv.groups, x[4] / conv.groups, conv.filters / conv.groups);
    if (conv.bias)
        descs.bias = vectorDesc(conv.filters);
    descs.window = {dims(conv.stride), dims(conv.dilation, 1), dims(conv.padBefore), dims(conv.padAfter)};
    return descs;
}

dnnl::convolution_forward::primitive_desc forwardDesc(const ConvolutionDescs &descs, const ActivationAttributes &post)
{
    return convolutionForwardDesc(descs.x, descs.anyWeights, descs.bias, descs.y, descs.window, withActivation(post));
}

}  // namespace trainyard::cpu
