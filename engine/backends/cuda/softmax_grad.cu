#include "engine/backends/cuda/softmax_grad_step.h"

namespace trainyard::cuda {

namespace {

struct OfProbability {
    __device__ static float term(float y, float dy) { return y * dy; }
    __device__ static float slope(float y, float dy, float sum) { return y * (dy - sum); }
};

}  // namespace

StepResult makeSoftmaxGrad(StepRequest &request)
{
    return makeSoftmaxGradStep<OfProbability>(request);
}

}  // namespace trainyard::cuda
