#include "engine/backends/cpu/cross_entropy_rows.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeSoftmaxCrossEntropy(StepRequest &request)
{
    const CrossEntropyRows rows(request, request.inputShape(0), 2);
    return makeLoop([op = request.op, rows](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]);
        float *probabilities = memory.at<float>(op.outputs[1]);
        const std::int64_t valid = rows.valid(memory);
        const double divisor = rows.divisor(memory);
        double sum = 0;
        for (std::int64_t p = 0; p < rows.positions; ++p) {
            const float *row = x + p * rows.columns;
            float *out = probabilities + p * rows.columns;
            if (p < valid && rows.counts(memory, p))
                sum += rows.loss(memory, p, row, softmaxRow(row, rows.columns, out));
            else
                std::fill(out, out + rows.columns, 0.0f);
        }
        *memory.at<float>(op.outputs[0]) = divisor > 0 ? static_cast<float>(static_cast<double>(rows.attributes.scale) * sum / divisor) : 0.0f;
    });
}

}  // namespace trainyard::cpu
