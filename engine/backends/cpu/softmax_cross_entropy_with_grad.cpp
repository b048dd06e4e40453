#include "engine/backends/cpu/cross_entropy_rows.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeSoftmaxCrossEntropyWithGrad(StepRequest &request)
{
    const CrossEntropyRows rows(request, request.inputShape(0));
    const ValueId lossScale = request.hasInput(2) ? request.op.inputs[2] : kNoValue;
    const float scale = request.attributes<LossAttributes>().scale;
    return makeLoop([op = request.op, rows, scale, lossScale](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]);
        float *dx = memory.at<float>(op.outputs[1]);
        const float *unit = memory.at<float>(lossScale);
        const std::int64_t valid = rows.valid(memory);
        const float factor = valid > 0 ? scale * (unit ? *unit : 1.0f) / static_cast<float>(valid) : 0.0f;
        double sum = 0;
        for (std::int64_t p = 0; p < rows.positions; ++p) {
            const float *row = x + p * rows.columns;
            float *out = dx + p * rows.columns;
            if (p >= valid) {
                std::fill(out, out + rows.columns, 0.0f);
                continue;
            }
            const double logSum = softmaxRow(row, rows.columns, out);
            rows.addLoss(memory, p, row, logSum, sum);
            rows.writeGradient(memory, p, out, factor, out);
        }
        *memory.at<float>(op.outputs[0]) = valid > 0 ? static_cast<float>(scale * sum / static_cast<double>(valid)) : 0.0f;
    });
}

}  // namespace trainyard::cpu
