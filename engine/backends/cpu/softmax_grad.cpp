#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeSoftmaxGrad(StepRequest &request)
{
    const std::int64_t columns = request.outputShape().back();
    const std::int64_t rows = request.outputShape().elements() / columns;
    return makeLoop([op = request.op, rows, columns](const StepMemory &memory) {
        for (std::int64_t r = 0; r < rows; ++r) {
            const float *y = memory.at<float>(op.inputs[0]) + r * columns, *dy = memory.at<float>(op.inputs[1]) + r * columns;
            float *dx = memory.at<float>(op.outputs[0]) + r * columns;
            float dot = 0;
            for (std::int64_t c = 0; c < columns; ++c)
                dot += y[c] * dy[c];
            for (std::int64_t c = 0; c < columns; ++c)
                dx[c] = y[c] * (dy[c] - dot);
        }
    });
}

}  // namespace trainyard::cpu
