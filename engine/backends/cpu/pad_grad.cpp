#include <cstring>

#include "engine/backends/cpu/row_loops.h"
#include "engine/backends/cpu/step.h"
#include "engine/ops/axis_run.h"
#include "engine/ops/padding.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makePadGrad(StepRequest &request)
{
    const auto pad = request.attributes<PadAttributes>();
    const AxisRun x = axisRun(request.outputShape(), pad.axis);
    const auto rows = static_cast<std::size_t>(x.outer * x.length), inner = static_cast<std::size_t>(x.inner);
    return makeLoop([=, op = request.op, threads = request.threads](const StepMemory &memory) {
        const float *dy = memory.at<float>(op.inputs[0]);
        float *dx = memory.at<float>(op.outputs[0]);
        forPieces(rows, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t row = begin; row < end; ++row) {
                const std::int64_t outer = static_cast<std::int64_t>(row) / x.length, i = static_cast<std::int64_t>(row) % x.length;
                const float *padded = dy + outer * (pad.before + x.length + pad.after) * x.inner;
                float *to = dx + row * inner;
                std::memcpy(to, padded + (pad.before + i) * x.inner, inner * sizeof(float));
                const PaddedCopies copies = paddedCopies(i, pad.before, x.length, pad.after, pad.mode);
                for (std::int64_t at = copies.frontBegin; at < copies.frontEnd; ++at)
                    addShare(padded + at * x.inner, 1.0f, inner, to);
                for (std::int64_t at = copies.backBegin; at < copies.backEnd; ++at)
                    addShare(padded + at * x.inner, 1.0f, inner, to);
            }
        });
    });
}

}  // namespace trainyard::cpu
