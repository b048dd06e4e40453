#include "engine/backends/cuda/softmax_step.h"

namespace trainyard::cuda {

namespace {

struct Probability {
    float largest, factor;
    __device__ explicit Probability(const LargestAndSum &found) : largest(found.largest), factor(1.0f / found.sum) {}
    __device__ float operator()(float x) const { return expf(x - largest) * factor; }
};

}  // namespace

StepResult makeSoftmax(StepRequest &request)
{
    return makeSoftmaxStep<Probability>(request);
}

}  // namespace trainyard::cuda
