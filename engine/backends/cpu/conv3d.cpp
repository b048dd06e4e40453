#include "engine/backends/cpu/convolution.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeConv3d(StepRequest &request)
{
    const auto &conv = request.attributes<Conv3dAttributes>();
    return makeConvolution(request, convolutionDescs(conv, request.inputType(0), request.outputType(), request.inputType(1).dtype), {});
}

}  // namespace trainyard::cpu
