#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeAccumulateR2(StepRequest &request)
{
    const Shape &shape = request.inputShape(0);
    const std::int64_t columns = shape.back(), perSample = shape.elements() / columns / shape[0];
    return makeLoop([op = request.op, columns, perSample](const StepMemory &memory) {
        const float *prediction = memory.at<float>(op.inputs[0]), *target = memory.at<float>(op.inputs[1]);
        double *sums = memory.at<double>(op.inputs[2]);
        for (std::int64_t r = 0; r < memory.scalars->validRows * perSample; ++r)
            for (std::int64_t c = 0; c < columns; ++c) {
                const double t = target[r * columns + c], residual = static_cast<double>(prediction[r * columns + c]) - t;
                sums[c] += 1;
                sums[columns + c] += t;
                sums[2 * columns + c] += t * t;
                sums[3 * columns + c] += residual * residual;
            }
    });
}

}  // namespace trainyard::cpu
