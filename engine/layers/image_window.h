// The sliding window of convolution and pooling: its settings, and the numbers they come to for one image.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

ParameterSpec kernelParameter(std::int64_t size, const std::string &help);
ParameterSpec strideParameter(std::int64_t size, const std::string &help);

// Reads kernel, stride, padding and, where the layer has them, padding_size and dilation. Padding "same" is
// TensorFlow's: output = ceil(input / stride), the odd pixel of padding at the bottom and right. A problem where the
// kernel does not fit; its fix sets padding to same. The image must have rank 3.
tl::expected<Window2d, LayerProblem> imageWindow(const std::string &title, const LayerSettings &settings, const Shape &image);

// TensorFlow's "same": the total padding of one dimension that makes output = ceil(input / stride). reach: of the kernel.
std::int64_t samePadding(std::int64_t input, std::int64_t reach, std::int64_t stride);

// Height x width x channels after the window.
Shape shapeAfter(const Window2d &window, const Shape &image, std::int64_t channels);

// "3x3", and " / 2x2" where the stride is not `usualStride`.
std::string windowLabel(const LayerSettings &settings, const std::vector<std::int64_t> &usualStride);

}  // namespace trainyard
