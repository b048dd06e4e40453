#include "engine/backends/cpu/convolution.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeConv2dGradWeights(StepRequest &request)
{
    return makeConvolutionGradWeights(request, convolutionDescs(request.attributes<Conv2dAttributes>(), request.inputType(0), request.inputType(1), request.outputType().dtype));
}

}  // namespace trainyard::cpu
