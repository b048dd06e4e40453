#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeAccumulateLoss(StepRequest &request)
{
    return makeLoop([op = request.op](const StepMemory &memory) {
        double *sums = memory.at<double>(op.inputs[1]);
        const double rows = memory.scalars->validRows;
        sums[0] += static_cast<double>(*memory.at<float>(op.inputs[0])) * rows;
        sums[1] += rows;
    });
}

}  // namespace trainyard::cpu
