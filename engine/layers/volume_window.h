// The sliding window of convolution and pooling over volumes, depth x height x width x channels.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

// One size for all three directions, or three: "3", "1x3x3".
ParameterSpec tripleParameter(std::string key, std::string label, std::int64_t size, std::int64_t minimum, std::string help);

// Reads kernel, stride, padding and, where the layer has them, padding_size and dilation, for a volume of rank 4. Padding
// "same" is TensorFlow's. A problem where the input is no volume, a setting has not 1 or 3 sizes, or the kernel does not fit.
tl::expected<Conv3dAttributes, LayerProblem> volumeWindow(const std::string &title, const LayerSettings &settings, const Shape &volume);

Shape volumeAfter(const Conv3dAttributes &window, const Shape &volume, std::int64_t channels);

// "3x3x3", and " / 2" where the stride is not `usualStride`.
std::string volumeLabel(const LayerSettings &settings, const std::vector<std::int64_t> &usualStride);

}  // namespace trainyard
