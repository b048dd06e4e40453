#include "engine/backends/cpu/cross_entropy_rows.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeSoftmaxCrossEntropyGrad(StepRequest &request)
{
    const CrossEntropyRows rows(request, request.outputShape(), 2);
    return makeLoop([op = request.op, rows](const StepMemory &memory) {
        const float *probabilities = memory.at<float>(op.inputs[0]);
        float *dx = memory.at<float>(op.outputs[0]);
        const std::int64_t valid = rows.valid(memory);
        const double divisor = rows.divisor(memory);
        const float factor = divisor > 0 ? rows.attributes.scale / static_cast<float>(divisor) : 0.0f;
        for (std::int64_t p = 0; p < rows.positions; ++p) {
            float *out = dx + p * rows.columns;
            if (p < valid && rows.counts(memory, p))
                rows.writeGradient(memory, p, probabilities + p * rows.columns, factor, out);
            else
                std::fill(out, out + rows.columns, 0.0f);
        }
    });
}

}  // namespace trainyard::cpu
