#include "engine/backends/cpu/pooling.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeAvgPool2dGrad(StepRequest &request)
{
    return makePoolBackward(request, false);
}

}  // namespace trainyard::cpu
