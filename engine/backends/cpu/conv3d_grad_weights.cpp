#include "engine/backends/cpu/convolution.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeConv3dGradWeights(StepRequest &request)
{
    return makeConvolutionGradWeights(request, convolutionDescs(request.attributes<Conv3dAttributes>(), request.inputShape(0), request.inputShape(1)));
}

}  // namespace trainyard::cpu
