#include "engine/backends/cpu/convolution.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeConv2d(StepRequest &request)
{
    const auto &conv = request.attributes<Conv2dAttributes>();
    return makeConvolution(request, convolutionDescs(conv, request.inputType(0), request.outputType(), request.inputType(1).dtype), conv.post);
}

}  // namespace trainyard::cpu
