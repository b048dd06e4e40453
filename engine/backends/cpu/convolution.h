// What the three convolution steps share: descriptions and the reorders between the arena's plain weights and the
// blocked ones oneDNN computes with.
#pragma once

#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

struct ConvolutionDescs {
    MemoryDesc x, y;            // NHWC
    MemoryDesc plainWeights;    // [kernelH, kernelW, in / groups, out] as oneDNN's (g)oihw with strides
    MemoryDesc anyWeights;      // oneDNN chooses
    MemoryDesc bias;            // empty without one
    ConvolutionWindow window;
};

ConvolutionDescs convolutionDescs(const Conv2dAttributes &conv, const Shape &x, const Shape &y);
dnnl::convolution_forward::primitive_desc forwardDesc(const ConvolutionDescs &descs, const ActivationAttributes &post = {});

}  // namespace trainyard::cpu
