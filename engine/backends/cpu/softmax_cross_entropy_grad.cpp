#include "engine/backends/cpu/cross_entropy_rows.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeSoftmaxCrossEntropyGrad(StepRequest &request)
{
    const CrossEntropyRows rows(request, request.outputShape());
    const float scale = request.attributes<LossAttributes>().scale;
    return makeLoop([op = request.op, rows, scale](const StepMemory &memory) {
        const float *probabilities = memory.at<float>(op.inputs[0]);
        float *dx = memory.at<float>(op.outputs[0]);
        const std::int64_t valid = rows.valid(memory);
        const float factor = valid > 0 ? scale / static_cast<float>(valid) : 0.0f;
        for (std::int64_t p = 0; p < rows.positions; ++p) {
            float *out = dx + p * rows.columns;
            if (p < valid)
                rows.writeGradient(memory, p, probabilities + p * rows.columns, factor, out);
            else
                std::fill(out, out + rows.columns, 0.0f);
        }
    });
}

}  // namespace trainyard::cpu
