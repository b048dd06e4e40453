// The steps of convolutions, whatever the number of dimensions: conv2d*.cpp has them, conv3d*.cpp takes them too. Weights
// are reordered between the arena's plain ones and the blocked ones oneDNN computes with.
//
// 3x3 windows of stride 1 over enough channels go by Winograd's algorithm (A. Lavin, S. Gray, "Fast Algorithms for
// Convolutional Neural Networks", 2016: 36 multiplications for 4x4 results in place of 144), where oneDNN has it, in float32; images
// are reordered to blocks of channels for it, some of the batch at a time. What that brings and what it costs in exactness:
// ARCHITECTURE.md.
#pragma once

#include "engine/backends/cpu/reordered_call.h"

namespace trainyard::cpu {

struct ConvolutionDescs {
    MemoryDesc x, y;            // NHWC, NDHWC
    MemoryDesc plainWeights;    // [kernelH, kernelW, in / groups, out] as oneDNN's (g)oihw with strides; a depth before the height
    MemoryDesc bias;            // empty without one; float32
    ConvolutionWindow window;
    std::int64_t slices = 1;    // of the batch, for Winograd

    bool hasBias() const { return bias.get_size() > 0; }
    bool isWinograd() const { return window.algorithm == Algorithm::convolution_winograd; }
};

// A convolution with the types of its images, and of its weights or their gradients.
ConvolutionDescs convolutionDescs(const Conv2dAttributes &conv, const TensorType &x, const TensorType &y, DType weights);
ConvolutionDescs convolutionDescs(const Conv3dAttributes &conv, const TensorType &x, const TensorType &y, DType weights);

// The op's inputs and outputs are those of conv2d, conv2d_grad_data and conv2d_grad_weights.
std::unique_ptr<Step> makeConvolution(StepRequest &request, const ConvolutionDescs &descs, const ActivationAttributes &post);
std::unique_ptr<Step> makeConvolutionGradData(StepRequest &request, const ConvolutionDescs &descs);
std::unique_ptr<Step> makeConvolutionGradWeights(StepRequest &request, const ConvolutionDescs &descs);

}  // namespace trainyard::cpu
