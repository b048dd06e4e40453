#include "engine/backends/cuda/convolution_steps.h"

namespace trainyard::cuda {

StepResult makeConv3dGradData(StepRequest &request)
{
    return makeConvolutionGradData(request, convolutionShape(request.attributes<Conv3dAttributes>(), request.outputShape(), request.inputShape(0)));
}

}  // namespace trainyard::cuda
