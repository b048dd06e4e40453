#include "engine/backends/cpu/convolution.h"

#include <algorithm>

namespace trainyard::cpu {

namespace {

// kernel: along each spatial dimension. in and out: channels of one group.
MemoryDesc plainWeightsDesc(const Dims &kernel, std::int64_t groups, std::int64_t in, std::int64_t out, DType type)
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
    return MemoryDesc(sizes, dataType(type), strides);
}

MemoryDesc volumeDesc(const TensorType &type)
{
    const Shape &shape = type.shape;
    return MemoryDesc({shape[0], shape[4], shape[1], shape[2], shape[3]}, dataType(type.dtype), Tag::ndhwc);
}

// The layout is oneDNN's choice.
MemoryDesc inAnyLayout(const MemoryDesc &desc, dnnl::memory::data_type type)
{
    return MemoryDesc(desc.dims(), type, Tag::any);
}

// Winograd transforms images in tiles of 4x4 results and sums over channels; both have to be filled for it to pay. It gains a
// little from 32 channels on and 1.5 to 2.3 times from 64 on, which is worth the scratch it takes. oneDNN 2.6 gives wrong
// gradients of images that are padded unevenly.
bool winogradPays(const Conv2dAttributes &conv, const TensorType &x, const TensorType &y)
{
    constexpr std::int64_t kTile = 4, kFewestProducts = 64 * 64, kBlock = 16;
    const Window2d &w = conv.window;
    const std::int64_t in = x.shape[3], out = y.shape[3], height = y.shape[1], width = y.shape[2];
    const auto tiled = [](std::int64_t size) { return (size + kTile - 1) / kTile * kTile; };
    return w.kernelH == 3 && w.kernelW == 3 && w.strideH == 1 && w.strideW == 1 && w.dilationH == 1 && w.dilationW == 1 && conv.groups == 1 &&
           w.padTop == w.padBottom && w.padLeft == w.padRight && w.padTop <= 1 && w.padLeft <= 1 && in % kBlock == 0 && out % kBlock == 0 && in * out >= kFewestProducts &&
           2 * height * width >= tiled(height) * tiled(width);
}

// Slices keep the reordered images small. Each transforms the weights again, so that it should hold much more than these; measured.
std::int64_t winogradSlices(const Conv2dAttributes &conv, const TensorType &x, const TensorType &y)
{
    constexpr std::int64_t kMost = 8, kImagesPerWeight = 16;
    const std::int64_t samples = x.shape[0], images = x.shape.elements() + y.shape.elements();
    const std::int64_t weights = conv.window.kernelH * conv.window.kernelW * x.shape[3] * conv.filters;
    for (std::int64_t slices = std::min(kMost, samples); slices > 1; --slices)
        if (samples % slices == 0 && images / slices >= kImagesPerWeight * weights)
            return slices;
    return 1;
}

MemoryDesc sliceOf(const MemoryDesc &images, std::int64_t slices)
{
    Dims sizes = images.dims();
    sizes.front() /= slices;
    return MemoryDesc(sizes, images.data_type(), Tag::nhwc);
}

MemoryDesc imageOf(const ConvolutionDescs &descs, const MemoryDesc &plain)
{
    return descs.isWinograd() ? inAnyLayout(plain, kF32) : plain;
}

// Weights are multiplied in the type of the images.
MemoryDesc weightsOf(const ConvolutionDescs &descs)
{
    return inAnyLayout(descs.plainWeights, descs.isWinograd() ? kF32 : descs.x.data_type());
}

// Also the hint that backward primitives ask for.
dnnl::convolution_forward::primitive_desc forwardDesc(const ConvolutionDescs &descs, const ActivationAttributes &post = {})
{
    return convolutionForwardDesc(imageOf(descs, descs.x), weightsOf(descs), descs.bias, imageOf(descs, descs.y),
                                  descs.window, withActivation(post));
}

// Not every version of oneDNN has Winograd's algorithm, nor for every window.
template <typename Make>
std::unique_ptr<Step> withFallback(const ConvolutionDescs &descs, Make make)
{
    if (descs.isWinograd())
        try {
            ConvolutionDescs slice = descs;
            slice.x = sliceOf(descs.x, descs.slices);
            slice.y = sliceOf(descs.y, descs.slices);
            return make(slice);
        } catch (const dnnl::error &error) {
            if (error.status != dnnl_unimplemented)
                throw;
        }
    ConvolutionDescs direct = descs;
    direct.window.algorithm = Algorithm::convolution_direct;
    direct.slices = 1;
    return make(direct);
}

}  // namespace

ConvolutionDescs convolutionDescs(const Conv2dAttributes &conv, const TensorType &x, const TensorType &y, DType weights)
{
    const Window2d &w = conv.window;
    ConvolutionDescs descs;
    descs.x = imageDesc(x);
    descs.y = imageDesc(y);
    descs.plainWeights = plainWeightsDesc({w.kernelH, w.kernelW}, conv.groups, x.shape[3] / conv.groups, conv.filters / conv.groups, weights);
    if (conv.bias)
        descs.bias = vectorDesc(conv.filters);
    descs.window = {{w.strideH, w.strideW}, {w.dilationH - 1, w.dilationW - 1}, {w.padTop, w.padLeft}, {w.padBottom, w.padRight},
                    winogradPays(conv, x, y) ? Algorithm::convolution_winograd : Algorithm::convolution_direct};
    if (descs.isWinograd())
        descs.slices = winogradSlices(conv, x, y);
    return descs;
}

ConvolutionDescs convolutionDescs(const Conv3dAttributes &conv, const TensorType &x, const TensorType &y, DType weights)
{
    const auto dims = [](const std::array<std::int64_t, 3> &sizes, std::int64_t less = 0) { return Dims{sizes[0] - less, sizes[1] - less, sizes[2] - less}; };
    ConvolutionDescs descs;
    descs.x = volumeDesc(x);
    descs.y = volumeDesc(y);
    descs.plainWeights = plainWeightsDesc(dims(conv.kernel), conv.groups, x.shape[4] / conv.groups, conv.filters / conv.groups, weights);
    if (conv.bias)
        descs.bias = vectorDesc(conv.filters);
    descs.window = {dims(conv.stride), dims(conv.dilation, 1), dims(conv.padBefore), dims(conv.padAfter)};
    return descs;
}

std::unique_ptr<Step> makeConvolution(StepRequest &request, const ConvolutionDescs &wanted, const ActivationAttributes &post)
{
    return withFallback(wanted, [&](const ConvolutionDescs &descs) {
        const auto desc = forwardDesc(descs, post);
        ReorderedCall call(descs.slices);
        call.batchInput(DNNL_ARG_SRC, descs.x, desc.src_desc(), request.op.inputs[0]);
        call.input(DNNL_ARG_WEIGHTS, descs.plainWeights, desc.weights_desc(), request.op.inputs[1]);
        if (descs.hasBias())
            call.input(DNNL_ARG_BIAS, descs.bias, descs.bias, request.op.inputs[2]);
        call.batchOutput(DNNL_ARG_DST, descs.y, desc.dst_desc(), request.op.outputs[0]);
        return call.finish(request, dnnl::convolution_forward(desc), desc.scratchpad_desc());
    });
}

std::unique_ptr<Step> makeConvolutionGradData(StepRequest &request, const ConvolutionDescs &wanted)
{
    return withFallback(wanted, [&](const ConvolutionDescs &descs) {
        const auto desc = convolutionBackwardDataDesc(imageOf(descs, descs.x), weightsOf(descs), imageOf(descs, descs.y), descs.window,
                                                      forwardDesc(descs), userScratchpad());
        ReorderedCall call(descs.slices);
        call.batchInput(DNNL_ARG_DIFF_DST, descs.y, desc.diff_dst_desc(), request.op.inputs[0]);
        call.input(DNNL_ARG_WEIGHTS, descs.plainWeights, desc.weights_desc(), request.op.inputs[1]);
        call.batchOutput(DNNL_ARG_DIFF_SRC, descs.x, desc.diff_src_desc(), request.op.outputs[0]);
        return call.finish(request, dnnl::convolution_backward_data(desc), desc.scratchpad_desc());
    });
}

std::unique_ptr<Step> makeConvolutionGradWeights(StepRequest &request, const ConvolutionDescs &wanted)
{
    return withFallback(wanted, [&](const ConvolutionDescs &descs) {
        const auto desc = convolutionBackwardWeightsDesc(imageOf(descs, descs.x), inAnyLayout(descs.plainWeights, descs.plainWeights.data_type()), descs.bias, imageOf(descs, descs.y),
                                                         descs.window, forwardDesc(descs), userScratchpad());
        ReorderedCall call(descs.slices);
        call.batchInput(DNNL_ARG_SRC, descs.x, desc.src_desc(), request.op.inputs[0]);
        call.batchInput(DNNL_ARG_DIFF_DST, descs.y, desc.diff_dst_desc(), request.op.inputs[1]);
        call.sumOutput(DNNL_ARG_DIFF_WEIGHTS, descs.plainWeights, desc.diff_weights_desc(), request.op.outputs[0]);
        if (descs.hasBias())
            call.sumOutput(DNNL_ARG_DIFF_BIAS, descs.bias, descs.bias, request.op.outputs[1]);
        return call.finish(request, dnnl::convolution_backward_weights(desc), desc.scratchpad_desc());
    });
}

}  // namespace trainyard::cpu
