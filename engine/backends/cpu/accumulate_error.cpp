#include <cmath>

#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeAccumulateError(StepRequest &request)
{
    const Shape &shape = request.inputShape(0);
    const std::int64_t columns = shape.elements() / shape[0];
    const std::int64_t scales = request.hasInput(2) ? request.inputShape(2).elements() : 0;
    const bool squared = request.attributes<ErrorAttributes>().squared;
    return makeLoop([op = request.op, columns, scales, squared](const StepMemory &memory) {
        const float *prediction = memory.at<float>(op.inputs[0]), *target = memory.at<float>(op.inputs[1]);
        const float *scale = memory.at<float>(op.inputs[2]);
        double *sums = memory.at<double>(op.inputs[3]);
        const std::int64_t valid = memory.scalars->validRows * columns;
        for (std::int64_t i = 0; i < valid; ++i) {
            const float unit = scales == 0 ? 1.0f : scale[scales > 1 ? i % columns : 0];
            const double error = (static_cast<double>(prediction[i]) - static_cast<double>(target[i])) / static_cast<double>(unit);
            sums[0] += squared ? error * error : std::abs(error);
        }
        sums[1] += static_cast<double>(valid);
    });
}

}  // namespace trainyard::cpu
