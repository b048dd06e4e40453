#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeMeanSquaredError(StepRequest &request)
{
    const Shape &shape = request.inputShape(0);
    const std::int64_t perRow = shape.elements() / shape[0];
    const float scale = request.attributes<LossAttributes>().scale;
    return makeLoop([op = request.op, perRow, scale](const StepMemory &memory) {
        const float *prediction = memory.at<float>(op.inputs[0]), *target = memory.at<float>(op.inputs[1]);
        const std::int64_t valid = memory.scalars->validRows * perRow;
        double sum = 0;
        for (std::int64_t i = 0; i < valid; ++i) {
            const double difference = static_cast<double>(prediction[i]) - static_cast<double>(target[i]);
            sum += difference * difference;
        }
        *memory.at<float>(op.outputs[0]) = valid > 0 ? static_cast<float>(scale * sum / static_cast<double>(valid)) : 0.0f;
    });
}

}  // namespace trainyard::cpu
