#include "engine/backends/cpu/row_loops.h"
#include "engine/backends/cpu/step.h"
#include "engine/ops/axis_run.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeReduce(StepRequest &request)
{
    const auto reduce = request.attributes<ReduceAttributes>();
    const AxisRun run = axisRun(request.inputShape(0), reduce.first, reduce.last);
    const auto outer = static_cast<std::size_t>(run.outer), length = static_cast<std::size_t>(run.length), inner = static_cast<std::size_t>(run.inner);
    const float scale = reduce.kind == ReduceKind::Mean ? 1.0f / static_cast<float>(run.length) : 1.0f;
    const bool largest = reduce.kind == ReduceKind::Max;
    return makeLoop([=, x = request.op.inputs[0], y = request.op.outputs[0], threads = request.threads](const StepMemory &memory) {
        const float *from = memory.at<float>(x);
        float *to = memory.at<float>(y);
        const auto block = [&](std::size_t o, std::size_t begin, std::size_t end) {
            const float *entries = from + o * length * inner;
            if (largest)
                largestOfRows(entries, length, inner, begin, end, to + o * inner);
            else if (inner == 1)
                to[o] = sumOf(entries, length) * scale;
            else
                sumRows(entries, length, inner, begin, end, scale, to + o * inner);
        };
        if (outer > 1 || inner == 1)
            forPieces(outer, threads, [&](std::size_t begin, std::size_t end) {
                for (std::size_t o = begin; o < end; ++o)
                    block(o, 0, inner);
            });
        else
            forPieces(inner, threads, [&](std::size_t begin, std::size_t end) { block(0, begin, end); });
    });
}

}  // namespace trainyard::cpu
