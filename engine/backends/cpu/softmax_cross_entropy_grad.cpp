#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeSoftmaxCrossEntropyGrad(StepRequest &request)
{
    const Shape &shape = request.outputShape();
    const std::int64_t columns = shape.back(), positions = shape.elements() / columns;
    const std::int64_t perRow = positions / shape[0];
    const bool indices = request.list.value(request.op.inputs[1]).type.dtype == DType::I32;
    const float scale = request.attributes<LossAttributes>().scale;
    return makeLoop([op = request.op, columns, positions, perRow, indices, scale](const StepMemory &memory) {
        const float *probabilities = memory.at<float>(op.inputs[0]);
        float *dx = memory.at<float>(op.outputs[0]);
        const std::int64_t valid = memory.scalars->validRows * perRow;
        const float factor = valid > 0 ? scale / static_cast<float>(valid) : 0.0f;
        for (std::int64_t p = 0; p < positions; ++p) {
            const float *in = probabilities + p * columns;
            float *out = dx + p * columns;
            if (p >= valid) {
                std::fill(out, out + columns, 0.0f);
            } else if (indices) {
                const std::int32_t target = memory.at<std::int32_t>(op.inputs[1])[p];
                for (std::int64_t c = 0; c < columns; ++c)
                    out[c] = factor * (in[c] - (c == target ? 1.0f : 0.0f));
            } else {
                // Weights need not sum to one: d/dx of sum_c t_c (log sum exp x - x_c).
                const float *target = memory.at<float>(op.inputs[1]) + p * columns;
                float total = 0;
                for (std::int64_t c = 0; c < columns; ++c)
                    total += target[c];
                for (std::int64_t c = 0; c < columns; ++c)
                    out[c] = factor * (total * in[c] - target[c]);
            }
        }
    });
}

}  // namespace trainyard::cpu
