#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

StepResult makeReshape(StepRequest &)
{
    return std::unique_ptr<Step>{};  // a view: the same bytes
}

}  // namespace trainyard::cuda
