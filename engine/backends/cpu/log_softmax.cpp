#include <cmath>

#include "engine/backends/cpu/elementary.h"
#include "engine/backends/cpu/lane_sums.h"
#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

// The largest entry is taken off first, so that no exponential overflows. y may be x.
TRAINYARD_SIMD_CLONES void logSoftmaxRow(const float *x, std::size_t columns, float *y)
{
    float largest = x[0];
#pragma omp simd reduction(max : largest)
    for (std::size_t c = 0; c < columns; ++c)
        largest = x[c] > largest ? x[c] : largest;
    float lanes[kSumLanes] = {};
    std::size_t i = 0;
    for (; i + kSumLanes <= columns; i += kSumLanes)
#pragma omp simd
        for (std::size_t k = 0; k < kSumLanes; ++k)
            lanes[k] += exponential(x[i + k] - largest);
    for (std::size_t k = 0; i < columns; ++i, ++k)
        lanes[k] += exponential(x[i] - largest);
    const float logSum = std::log(addLanes(lanes));
#pragma omp simd
    for (std::size_t c = 0; c < columns; ++c)
        y[c] = (x[c] - largest) - logSum;
}

}  // namespace

std::unique_ptr<Step> makeLogSoftmax(StepRequest &request)
{
    const auto columns = static_cast<std::size_t>(request.outputShape().back());
    const std::size_t rows = static_cast<std::size_t>(request.outputShape().elements()) / columns;
    return makeLoop([op = request.op, threads = request.threads, rows, columns](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]);
        float *y = memory.at<float>(op.outputs[0]);
        forPieces(rows, threads, [=](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r)
                logSoftmaxRow(x + r * columns, columns, y + r * columns);
        });
    });
}

}  // namespace trainyard::cpu
