#include "engine/backends/cpu/softmax_rows.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeSoftmaxCrossEntropy(StepRequest &request)
{
    const Shape &logits = request.inputShape(0);
    const std::int64_t columns = logits.back(), positions = logits.elements() / columns;
    const std::int64_t perRow = positions / logits[0];
    const bool indices = request.list.value(request.op.inputs[1]).type.dtype == DType::I32;
    const float scale = request.attributes<LossAttributes>().scale;
    return makeLoop([op = request.op, columns, positions, perRow, indices, scale](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]);
        float *probabilities = memory.at<float>(op.outputs[1]);
        const std::int64_t valid = memory.scalars->validRows * perRow;
        double sum = 0;
        for (std::int64_t p = 0; p < positions; ++p) {
            float *out = probabilities + p * columns;
            if (p >= valid) {
                std::fill(out, out + columns, 0.0f);
                continue;
            }
            const float *row = x + p * columns;
            const double logSum = softmaxRow(row, columns, out);
            if (indices) {
                const std::int32_t target = memory.at<std::int32_t>(op.inputs[1])[p];
                sum += logSum - static_cast<double>(row[target]);
            } else {
                const float *target = memory.at<float>(op.inputs[1]) + p * columns;
                for (std::int64_t c = 0; c < columns; ++c)
                    sum += static_cast<double>(target[c]) * (logSum - static_cast<double>(row[c]));
            }
        }
        *memory.at<float>(op.outputs[0]) = valid > 0 ? static_cast<float>(scale * sum / static_cast<double>(valid)) : 0.0f;
    });
}

}  // namespace trainyard::cpu
