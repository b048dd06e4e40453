// The steps of convolutions, whatever the number of dimensions: conv2d*.cpp has them, conv3d*.cpp takes them too.
#pragma once

#include "engine/backends/cuda/convolution_problem.h"
#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

// The op's inputs and outputs are those of conv2d, conv2d_grad_data and conv2d_grad_weights. Errors: Unsupported with the
// convolution's numbers.
StepResult makeConvolution(StepRequest &request, const ConvolutionShape &shape, const ActivationAttributes &post);
StepResult makeConvolutionGradData(StepRequest &request, const ConvolutionShape &shape);
StepResult makeConvolutionGradWeights(StepRequest &request, const ConvolutionShape &shape);

}  // namespace trainyard::cuda
