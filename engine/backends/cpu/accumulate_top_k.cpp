#include "engine/backends/cpu/class_targets.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeAccumulateTopK(StepRequest &request)
{
    const auto attributes = request.attributes<TopKAttributes>();
    const ClassTargets targets(request, attributes.ignoreIndex);
    const std::int64_t perSample = request.inputShape(0).elements() / targets.columns / request.inputShape(0)[0];
    return makeLoop([op = request.op, targets, perSample, k = attributes.k](const StepMemory &memory) {
        double *sums = memory.at<double>(op.inputs[2]);
        std::int64_t right = 0, counted = 0;
        for (std::int64_t p = 0; p < memory.scalars->validRows * perSample; ++p) {
            const std::int64_t target = targets.at(memory, p);
            if (target < 0)
                continue;
            const float *row = memory.at<float>(op.inputs[0]) + p * targets.columns;
            const auto before = std::count_if(row, row + target, [&](float x) { return x >= row[target]; })
                                + std::count_if(row + target + 1, row + targets.columns, [&](float x) { return x > row[target]; });
            right += before < k ? 1 : 0;
            ++counted;
        }
        sums[0] += static_cast<double>(right);
        sums[1] += static_cast<double>(counted);
    });
}

}  // namespace trainyard::cpu
