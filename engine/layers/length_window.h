// The sliding window over a sequence, length x channels: a window over an image of width 1.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

// "kernel" and "stride".
std::vector<ParameterSpec> lengthWindowParameters(std::int64_t kernel, std::int64_t stride, const std::string &kernelHelp, const std::string &strideHelp);

// Reads kernel, stride and padding (valid, same, causal: zeros in front only). Problems: no sequence; a kernel that does not fit,
// whose fix sets padding to same.
tl::expected<Window2d, LayerProblem> lengthWindow(const std::string &title, const LayerSettings &settings, const Shape &sequence, std::int64_t dilation = 1);

// Length x channels after the window.
Shape lengthAfter(const Window2d &window, const Shape &sequence, std::int64_t channels);

// x, length x channels, as an image of width 1; and what came of it as a sequence again.
Result<ValueId> asImage(OpBuilder &builder, ValueId x);
Result<ValueId> asSequence(OpBuilder &builder, ValueId y);

// "5", and " / 2" where the stride is not `usualStride`.
std::string lengthWindowLabel(const LayerSettings &settings, std::int64_t usualStride);

}  // namespace trainyard
