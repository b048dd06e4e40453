#include "engine/backends/cpu/convolution.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeConv3dGradData(StepRequest &request)
{
    return makeConvolutionGradData(request, convolutionDescs(request.attributes<Conv3dAttributes>(), request.outputType(), request.inputType(0), request.inputType(1).dtype));
}

}  // namespace trainyard::cpu
