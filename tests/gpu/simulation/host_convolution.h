// A convolution on the host, for the simulated device: what a cuDNN plan of the same description computes.
#pragma once

#include "engine/backends/cuda/convolution_problem.h"

namespace trainyard::simulation {

struct ConvolutionMemory {
    void *image = nullptr;
    void *filter = nullptr;
    void *result = nullptr;
    const void *bias = nullptr;
};

// order: in how many pieces sums are made; another one gives other bits, as another engine does.
void convolve(const cuda::Convolution &convolution, const ConvolutionMemory &memory, int order);

}  // namespace trainyard::simulation
