#include "engine/backends/cpu/pooling.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeMaxPool2dGrad(StepRequest &request)
{
    return makePoolBackward(request, true);
}

}  // namespace trainyard::cpu
