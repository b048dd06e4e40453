#include <algorithm>

#include "engine/backends/cpu/row_loops.h"
#include "engine/backends/cpu/step.h"
#include "engine/ops/axis_run.h"
#include "engine/ops/bins.h"

namespace trainyard::cpu {

namespace {

// Entries begin to end of all blocks: each gathers from the bins that it lies in.
void shareOut(const AxisRun &run, std::int64_t bins, std::size_t begin, std::size_t end, const float *dy, float *dx)
{
    const auto inner = static_cast<std::size_t>(run.inner);
    for (std::size_t row = begin; row < end; ++row) {
        const std::int64_t outer = static_cast<std::int64_t>(row) / run.length;
        const BinRange of = binsOfEntry(static_cast<std::int64_t>(row) % run.length, run.length, bins);
        float *to = dx + row * inner;
        std::fill_n(to, inner, 0.0f);
        for (std::int64_t o = of.begin; o < of.end; ++o) {
            const BinRange bin = entriesOfBin(o, run.length, bins);
            addShare(dy + static_cast<std::size_t>(outer * bins + o) * inner, 1.0f / static_cast<float>(bin.end - bin.begin), inner, to);
        }
    }
}

// Columns begin to end of all blocks: each bin gives to its largest entry.
void toTheLargest(const AxisRun &run, std::int64_t bins, std::size_t begin, std::size_t end, const float *x, const float *dy, float *dx)
{
    const auto inner = static_cast<std::size_t>(run.inner), length = static_cast<std::size_t>(run.length);
    for (std::size_t column = begin; column < end; ++column) {
        const std::size_t outer = column / inner, first = outer * length * inner + column % inner;
        for (std::size_t i = 0; i < length; ++i)
            dx[first + i * inner] = 0.0f;
        for (std::int64_t o = 0; o < bins; ++o) {
            const BinRange bin = entriesOfBin(o, run.length, bins);
            auto best = static_cast<std::size_t>(bin.begin);
            for (std::size_t i = best + 1; i < static_cast<std::size_t>(bin.end); ++i)
                if (x[first + i * inner] > x[first + best * inner])
                    best = i;
            dx[first + best * inner] += dy[(outer * static_cast<std::size_t>(bins) + static_cast<std::size_t>(o)) * inner + column % inner];
        }
    }
}

}  // namespace

std::unique_ptr<Step> makeAdaptivePoolGrad(StepRequest &request)
{
    const auto pool = request.attributes<AdaptivePoolAttributes>();
    const AxisRun run = axisRun(request.outputShape(), pool.axis);
    const auto items = static_cast<std::size_t>(run.outer * (pool.largest ? run.inner : run.length));
    return makeLoop([=, op = request.op, threads = request.threads](const StepMemory &memory) {
        const float *dy = memory.at<float>(op.inputs[0]), *x = memory.at<float>(op.inputs[1]);
        float *dx = memory.at<float>(op.outputs[0]);
        forPieces(items, threads, [&](std::size_t begin, std::size_t end) {
            if (pool.largest)
                toTheLargest(run, pool.bins, begin, end, x, dy, dx);
            else
                shareOut(run, pool.bins, begin, end, dy, dx);
        });
    });
}

}  // namespace trainyard::cpu
