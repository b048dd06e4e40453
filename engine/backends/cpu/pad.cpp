#include <cstring>

#include "engine/backends/cpu/step.h"
#include "engine/ops/axis_run.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makePad(StepRequest &request)
{
    const auto pad = request.attributes<PadAttributes>();
    const AxisRun x = axisRun(request.inputShape(0), pad.axis);
    const auto outer = static_cast<std::size_t>(x.outer), copied = static_cast<std::size_t>(x.length * x.inner);
    const auto before = static_cast<std::size_t>(pad.before * x.inner), after = static_cast<std::size_t>(pad.after * x.inner);
    return makeLoop([=, op = request.op, threads = request.threads](const StepMemory &memory) {
        const float *from = memory.at<float>(op.inputs[0]);
        float *to = memory.at<float>(op.outputs[0]);
        forPieces(outer, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t o = begin; o < end; ++o) {
                float *row = to + o * (before + copied + after);
                std::fill_n(row, before, pad.value);
                std::memcpy(row + before, from + o * copied, copied * sizeof(float));
                std::fill_n(row + before + copied, after, pad.value);
            }
        });
    });
}

}  // namespace trainyard::cpu
