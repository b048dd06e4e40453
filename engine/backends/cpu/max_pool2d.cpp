#include "engine/backends/cpu/pooling.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeMaxPool2d(StepRequest &request)
{
    return makePoolForward(request, true);
}

}  // namespace trainyard::cpu
