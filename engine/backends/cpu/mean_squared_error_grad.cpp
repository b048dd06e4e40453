#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeMeanSquaredErrorGrad(StepRequest &request)
{
    const Shape &shape = request.outputShape();
    const std::int64_t elements = shape.elements(), perRow = elements / shape[0];
    const float scale = request.attributes<LossAttributes>().scale;
    return makeLoop([op = request.op, elements, perRow, scale](const StepMemory &memory) {
        const float *prediction = memory.at<float>(op.inputs[0]), *target = memory.at<float>(op.inputs[1]);
        float *dx = memory.at<float>(op.outputs[0]);
        const std::int64_t valid = memory.scalars->validRows * perRow;
        const float factor = valid > 0 ? 2.0f * scale / static_cast<float>(valid) : 0.0f;
        for (std::int64_t i = 0; i < valid; ++i)
            dx[i] = factor * (prediction[i] - target[i]);
        std::fill(dx + valid, dx + elements, 0.0f);
    });
}

}  // namespace trainyard::cpu
