#include "engine/backends/cpu/row_loops.h"
#include "engine/backends/cpu/step.h"
#include "engine/ops/axis_run.h"
#include "engine/ops/bins.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeAdaptivePool(StepRequest &request)
{
    const auto pool = request.attributes<AdaptivePoolAttributes>();
    const AxisRun run = axisRun(request.inputShape(0), pool.axis);
    const auto results = static_cast<std::size_t>(run.outer * pool.bins), inner = static_cast<std::size_t>(run.inner);
    return makeLoop([=, op = request.op, threads = request.threads](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]);
        float *y = memory.at<float>(op.outputs[0]);
        forPieces(results, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r) {
                const std::int64_t outer = static_cast<std::int64_t>(r) / pool.bins;
                const BinRange bin = entriesOfBin(static_cast<std::int64_t>(r) % pool.bins, run.length, pool.bins);
                const float *entries = x + (outer * run.length + bin.begin) * run.inner;
                const auto length = static_cast<std::size_t>(bin.end - bin.begin);
                if (pool.largest)
                    largestOfRows(entries, length, inner, 0, inner, y + r * inner);
                else
                    sumRows(entries, length, inner, 0, inner, 1.0f / static_cast<float>(length), y + r * inner);
            }
        });
    });
}

}  // namespace trainyard::cpu
