#include "engine/backends/cuda/cross_entropy_rows.h"

namespace trainyard::cuda {

StepResult makeSoftmaxCrossEntropyWithGrad(StepRequest &request)
{
    return makeCrossEntropyStep<true>(request);
}

}  // namespace trainyard::cuda
