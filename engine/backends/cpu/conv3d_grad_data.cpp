#include "engine/backends/cpu/convolution.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeConv3dGradData(StepRequest &request)
{
    return makeConvolutionGradData(request, convolutionDescs(request.attributes<Conv3dAttributes>(), request.outputShape(), request.inputShape(0)));
}

}  // namespace trainyard::cpu
