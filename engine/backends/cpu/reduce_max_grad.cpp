#include "engine/backends/cpu/step.h"
#include "engine/ops/axis_run.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeReduceMaxGrad(StepRequest &request)
{
    const auto reduce = request.attributes<ReduceAttributes>();
    const AxisRun run = axisRun(request.inputShape(0), reduce.first, reduce.last);
    const auto length = static_cast<std::size_t>(run.length), inner = static_cast<std::size_t>(run.inner);
    const std::size_t results = static_cast<std::size_t>(run.outer) * inner;
    return makeLoop([op = request.op, threads = request.threads, results, length, inner](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]), *dy = memory.at<float>(op.inputs[1]);
        float *dx = memory.at<float>(op.outputs[0]);
        forPieces(results, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                const std::size_t first = i / inner * length * inner + i % inner;
                std::size_t best = 0;
                for (std::size_t l = 1; l < length; ++l)
                    if (x[first + l * inner] > x[first + best * inner])
                        best = l;
                for (std::size_t l = 0; l < length; ++l)  // dx may be x
                    dx[first + l * inner] = l == best ? dy[i] : 0.0f;
            }
        });
    });
}

}  // namespace trainyard::cpu
