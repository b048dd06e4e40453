#include "engine/backends/cuda/softmax_step.h"

namespace trainyard::cuda {

namespace {

struct LogProbability {
    float largest, logSum;
    __device__ explicit LogProbability(const LargestAndSum &found) : largest(found.largest), logSum(logf(found.sum)) {}
    __device__ float operator()(float x) const { return (x - largest) - logSum; }
};

}  // namespace

StepResult makeLogSoftmax(StepRequest &request)
{
    return makeSoftmaxStep<LogProbability>(request);
}

}  // namespace trainyard::cuda
