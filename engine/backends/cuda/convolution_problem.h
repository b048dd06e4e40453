// A convolution as a library is asked for it: a plain value with everything that decides the result, and nothing of
// kernels. Images are NHWC, filters [out, kernelH, kernelW, in / groups]; volumes have a depth before the height in both.
#pragma once

#include <cstdint>
#include <string>

#include "engine/ops/op_attributes.h"

namespace trainyard::cuda {

enum class ConvolutionDirection : std::uint8_t {
    Forward,      // image, filter -> result
    GradData,     // result, filter -> image
    GradWeights,  // image, result -> filter
};

// What is done to the forward result before it is stored.
enum class ConvolutionEpilogue : std::uint8_t { None, Bias, BiasRelu };

// The axis of depth; for images one slice everywhere.
struct ConvolutionDepth {
    bool isVolume = false;
    std::int64_t image = 1, result = 1;
    std::int64_t kernel = 1, stride = 1, padBefore = 0, padAfter = 0, dilation = 1;
    bool operator==(const ConvolutionDepth &) const = default;
};

struct ConvolutionShape {
    std::int64_t batch = 0;
    std::int64_t imageH = 0, imageW = 0, imageChannels = 0;
    std::int64_t resultH = 0, resultW = 0, resultChannels = 0;
    Window2d window;
    std::int64_t groups = 1;
    ConvolutionDepth depth;

    std::int64_t taps() const { return depth.kernel * window.kernelH * window.kernelW; }
    std::int64_t resultPixels() const { return batch * depth.result * resultH * resultW; }
    std::int64_t imageElements() const { return batch * depth.image * imageH * imageW * imageChannels; }
    std::int64_t resultElements() const { return resultPixels() * resultChannels; }
    std::int64_t filterElements() const { return resultChannels * taps() * (imageChannels / groups); }
    bool operator==(const ConvolutionShape &) const = default;
};

// image, filter, result and bias are all stored as dtype; sums are float32.
struct Convolution {
    ConvolutionDirection direction = ConvolutionDirection::Forward;
    ConvolutionShape shape;
    DType dtype = DType::F32;
    ConvolutionEpilogue epilogue = ConvolutionEpilogue::None;
    bool tf32 = false;  // F32: factors may be rounded to 10 bits of mantissa

    bool operator==(const Convolution &) const = default;
};

// x and y are the op's images before and after, [N, H, W, C].
ConvolutionShape convolutionShape(const Conv2dAttributes &attributes, const Shape &x, const Shape &y);
// The same for volumes, [N, D, H, W, C].
ConvolutionShape convolutionShape(const Conv3dAttributes &attributes, const Shape &x, const Shape &y);

// Every number: "forward bf16 256x56x56x64 * 64x3x3x64 -> 256x56x56x64 stride 1x1 pad 1,1,1,1 ...".
std::string convolutionText(const Convolution &convolution);

}  // namespace trainyard::cuda
