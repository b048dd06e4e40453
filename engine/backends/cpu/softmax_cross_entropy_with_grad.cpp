#include "engine/backends/cpu/cross_entropy_rows.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeSoftmaxCrossEntropyWithGrad(StepRequest &request)
{
    const CrossEntropyRows rows(request, request.inputShape(0), 3);
    const ValueId lossScale = request.hasInput(2) ? request.op.inputs[2] : kNoValue;
    return makeLoop([op = request.op, rows, lossScale](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]);
        float *dx = memory.at<float>(op.outputs[1]);
        const float *unit = memory.at<float>(lossScale);
        const std::int64_t valid = rows.valid(memory);
        const double divisor = rows.divisor(memory);
        const float scale = rows.attributes.scale;
        const float factor = divisor > 0 ? scale * (unit ? *unit : 1.0f) / static_cast<float>(divisor) : 0.0f;
        double sum = 0;
        for (std::int64_t p = 0; p < rows.positions; ++p) {
            const float *row = x + p * rows.columns;
            float *out = dx + p * rows.columns;
            if (p >= valid || !rows.counts(memory, p)) {
                std::fill(out, out + rows.columns, 0.0f);
                continue;
            }
            const double logSum = softmaxRow(row, rows.columns, out);
            sum += rows.loss(memory, p, row, logSum);
            rows.writeGradient(memory, p, out, factor, out);
        }
        *memory.at<float>(op.outputs[0]) = divisor > 0 ? static_cast<float>(static_cast<double>(scale) * sum / divisor) : 0.0f;
    });
}

}  // namespace trainyard::cpu
