#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeScaleGradient(StepRequest &request)
{
    const auto count = static_cast<std::size_t>(request.outputShape().elements());
    return makeLoop([op = request.op, count](const StepMemory &memory) {
        const float *dy = memory.at<float>(op.inputs[0]);
        const float scale = *memory.at<float>(op.inputs[1]);
        float *y = memory.at<float>(op.outputs[0]);
        for (std::size_t i = 0; i < count; ++i)
            y[i] = dy[i] * scale;
    });
}

}  // namespace trainyard::cpu
