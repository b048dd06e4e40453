#include "engine/backends/cuda/cross_entropy_rows.h"

namespace trainyard::cuda {

StepResult makeSoftmaxCrossEntropy(StepRequest &request)
{
    return makeCrossEntropyStep<false>(request);
}

}  // namespace trainyard::cuda
