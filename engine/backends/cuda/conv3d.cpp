#include "engine/backends/cuda/convolution_steps.h"

namespace trainyard::cuda {

StepResult makeConv3d(StepRequest &request)
{
    return makeConvolution(request, convolutionShape(request.attributes<Conv3dAttributes>(), request.inputShape(0), request.outputShape()), {});
}

}  // namespace trainyard::cuda
