#include "engine/backends/cuda/convolution_steps.h"

namespace trainyard::cuda {

StepResult makeConv3dGradWeights(StepRequest &request)
{
    return makeConvolutionGradWeights(request, convolutionShape(request.attributes<Conv3dAttributes>(), request.inputShape(0), request.inputShape(1)));
}

}  // namespace trainyard::cuda
