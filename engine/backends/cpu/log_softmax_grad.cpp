#include "engine/backends/cpu/elementary.h"
#include "engine/backends/cpu/lane_sums.h"
#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

// dx may be dy.
TRAINYARD_SIMD_CLONES void logSoftmaxGradRow(const float *y, const float *dy, std::size_t columns, float *dx)
{
    float lanes[kSumLanes] = {};
    std::size_t i = 0;
    for (; i + kSumLanes <= columns; i += kSumLanes)
#pragma omp simd
        for (std::size_t k = 0; k < kSumLanes; ++k)
            lanes[k] += dy[i + k];
    for (std::size_t k = 0; i < columns; ++i, ++k)
        lanes[k] += dy[i];
    const float sum = addLanes(lanes);
#pragma omp simd
    for (std::size_t c = 0; c < columns; ++c)
        dx[c] = dy[c] - exponential(y[c]) * sum;
}

}  // namespace

std::unique_ptr<Step> makeLogSoftmaxGrad(StepRequest &request)
{
    const auto columns = static_cast<std::size_t>(request.outputShape().back());
    const std::size_t rows = static_cast<std::size_t>(request.outputShape().elements()) / columns;
    return makeLoop([op = request.op, threads = request.threads, rows, columns](const StepMemory &memory) {
        const float *y = memory.at<float>(op.inputs[0]), *dy = memory.at<float>(op.inputs[1]);
        float *dx = memory.at<float>(op.outputs[0]);
        forPieces(rows, threads, [=](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r)
                logSoftmaxGradRow(y + r * columns, dy + r * columns, columns, dx + r * columns);
        });
    });
}

}  // namespace trainyard::cpu
