// How an op's convolution goes through the library: as it is, or with its image channels padded for the tensor cores,
// and with bias and activation in the same kernel or in one of our own after it. Decided without a device.
#pragma once

#include <string>
#include <vector>

#include "engine/backends/cuda/convolution_plan.h"
#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

inline constexpr std::int64_t kTensorCoreChannels = 8;  // 16-bit elements in one 16-byte access

struct ConvolutionRoute {
    ConvolutionPlan plan;          // plan.convolution is what the library computes
    bool padsChannels = false;     // the op's image has fewer channels than plan.convolution's
    bool separateEpilogue = false; // bias and activation are left to our kernel
};

// `asked` is the op's convolution, without an epilogue; `bias` and `post` are what has to follow it (Forward).
// Errors: Unsupported with the convolution's numbers.
Result<ConvolutionRoute> routeConvolution(const Convolution &asked, bool bias, const ActivationAttributes &post, StepRequest &request);

// The channels an image is padded to where that is cheaper than computing without tensor cores or letting the library
// do the same copying; its own number otherwise.
std::int64_t paddedChannels(const Convolution &asked, const DeviceProperties &device);

// "block1/conv", after the parameters of the op's layer; the op's name where there are none.
std::string layerNameOf(const StepRequest &request);

}  // namespace trainyard::cuda
