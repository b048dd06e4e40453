#include "engine/backends/cpu/softmax_rows.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeSoftmaxCrossEntropyWithGrad(StepRequest &request)
{
    const Shape &logits = request.inputShape(0);
    const std::int64_t columns = logits.back(), positions = logits.elements() / columns;
    const std::int64_t perRow = positions / logits[0];
    const bool indices = request.list.value(request.op.inputs[1]).type.dtype == DType::I32;
    const ValueId lossScale = request.hasInput(2) ? request.op.inputs[2] : kNoValue;
    const float scale = request.attributes<LossAttributes>().scale;
    return makeLoop([op = request.op, columns, positions, perRow, indices, scale, lossScale](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]);
        float *dx = memory.at<float>(op.outputs[1]);
        const float *unit = memory.at<float>(lossScale);
        const std::int64_t valid = memory.scalars->validRows * perRow;
        const float factor = valid > 0 ? scale * (unit ? *unit : 1.0f) / static_cast<float>(valid) : 0.0f;
        double sum = 0;
        for (std::int64_t p = 0; p < positions; ++p) {
            float *out = dx + p * columns;
            if (p >= valid) {
                std::fill(out, out + columns, 0.0f);
                continue;
            }
            const float *row = x + p * columns;
            const double logSum = softmaxRow(row, columns, out);
            if (indices) {
                const std::int32_t target = memory.at<std::int32_t>(op.inputs[1])[p];
                sum += logSum - static_cast<double>(row[target]);
                for (std::int64_t c = 0; c < columns; ++c)
                    out[c] = factor * (out[c] - (c == target ? 1.0f : 0.0f));
            } else {
                // Weights need not sum to one: d/dx of sum_c t_c (log sum exp x - x_c).
                const float *target = memory.at<float>(op.inputs[1]) + p * columns;
                float total = 0;
                for (std::int64_t c = 0; c < columns; ++c) {
                    sum += static_cast<double>(target[c]) * (logSum - static_cast<double>(row[c]));
                    total += target[c];
                }
                for (std::int64_t c = 0; c < columns; ++c)
                    out[c] = factor * (total * out[c] - target[c]);
            }
        }
        *memory.at<float>(op.outputs[0]) = valid > 0 ? static_cast<float>(scale * sum / static_cast<double>(valid)) : 0.0f;
    });
}

}  // namespace trainyard::cpu
