#include "engine/backends/cpu/convolution.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeConv3d(StepRequest &request)
{
    return makeConvolution(request, convolutionDescs(request.attributes<Conv3dAttributes>(), request.inputShape(0), request.outputShape()), {});
}

}  // namespace trainyard::cpu
