#include <cstring>

#include "engine/backends/cpu/step.h"
#include "engine/ops/axis_run.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeExpand(StepRequest &request)
{
    const RepeatedAxes axes = repeatedAxes(request.inputShape(0), request.outputShape());
    const AxisRun run = axisRun(request.outputShape(), axes.first, axes.last);
    const auto length = static_cast<std::size_t>(run.length), inner = static_cast<std::size_t>(run.inner);
    const auto rows = static_cast<std::size_t>(run.outer) * length;
    return makeLoop([x = request.op.inputs[0], y = request.op.outputs[0], threads = request.threads, rows, length, inner](const StepMemory &memory) {
        const float *from = memory.at<float>(x);
        float *to = memory.at<float>(y);
        forPieces(rows, threads, [&](std::size_t begin, std::size_t end) {
            if (inner == 1)
                for (std::size_t row = begin; row < end; ++row)
                    to[row] = from[row / length];
            else
                for (std::size_t row = begin; row < end; ++row)
                    std::memcpy(to + row * inner, from + row / length * inner, inner * sizeof(float));
        });
    });
}

}  // namespace trainyard::cpu
