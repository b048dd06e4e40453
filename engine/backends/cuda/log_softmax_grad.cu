#include "engine/backends/cuda/softmax_grad_step.h"

namespace trainyard::cuda {

namespace {

struct OfLogProbability {
    __device__ static float term(float, float dy) { return dy; }
    __device__ static float slope(float y, float dy, float sum) { return dy - expf(y) * sum; }
};

}  // namespace

StepResult makeLogSoftmaxGrad(StepRequest &request)
{
    return makeSoftmaxGradStep<OfLogProbability>(request);
}

}  // namespace trainyard::cuda
