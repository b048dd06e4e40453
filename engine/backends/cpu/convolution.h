// The steps of convolutions, whatever the number of dimensions: conv2d*.cpp has them, conv3d*.cpp takes them too. Weights
// are reordered between the arena's plain ones and the blocked ones oneDNN computes with.
#pragma once

#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

struct ConvolutionDescs {
    MemoryDesc x, y;            // NHWC, NDHWC
    MemoryDesc plainWeights;    // [kernelH, kernelW, in / groups, out] as oneDNN's (g)oihw with strides; a depth before the height
    MemoryDesc anyWeights;      // oneDNN chooses
    MemoryDesc bias;            // empty without one
    ConvolutionWindow window;

    bool hasBias() const { return bias.get_size() > 0; }
};

ConvolutionDescs convolutionDescs(const Conv2dAttributes &conv, const Shape &x, const Shape &y);
ConvolutionDescs convolutionDescs(const Conv3dAttributes &conv, const Shape &x, const Shape &y);
dnnl::convolution_forward::primitive_desc forwardDesc(const ConvolutionDescs &descs, const ActivationAttributes &post = {});

// The op's inputs and outputs are those of conv2d, conv2d_grad_data and conv2d_grad_weights.
std::unique_ptr<Step> makeConvolution(StepRequest &request, const ConvolutionDescs &descs, const ActivationAttributes &post);
std::unique_ptr<Step> makeConvolutionGradData(StepRequest &request, const ConvolutionDescs &descs);
std::unique_ptr<Step> makeConvolutionGradWeights(StepRequest &request, const ConvolutionDescs &descs);

}  // namespace trainyard::cpu
