#include "engine/backends/cpu/pooling.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeAvgPool2d(StepRequest &request)
{
    return makePoolForward(request, false);
}

}  // namespace trainyard::cpu
