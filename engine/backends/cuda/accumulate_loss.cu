#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

namespace {

__global__ void addLoss(const float *loss, double *sums, const StepScalars *scalars)
{
    const double rows = scalars->validRows;
    sums[0] += static_cast<double>(*loss) * rows;
    sums[1] += rows;
}

}  // namespace

StepResult makeAccumulateLoss(StepRequest &request)
{
    const ValueId loss = request.op.inputs[0], sums = request.op.inputs[1];
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return launch(stream, addLoss, 1u, 1u, memory.at<const float>(loss), memory.at<double>(sums), memory.scalars);
    });
}

}  // namespace trainyard::cuda
