#include <cstring>

#include "engine/backends/cpu/column_sums.h"
#include "engine/backends/cpu/lane_sums.h"
#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

// dx = inverse (g - n mean(g n)), with g = dy gamma and n = x inverse; dgamma grows by the row's share. dx may be dy.
TRAINYARD_SIMD_CLONES void rowGradients(const float *x, const float *dy, std::size_t columns, const float *gamma, float inverse, float *dx,
                                        float *dgamma)
{
    float dots[kSumLanes] = {};
    std::size_t i = 0;
    for (; i + kSumLanes <= columns; i += kSumLanes)
#pragma omp simd
        for (std::size_t k = 0; k < kSumLanes; ++k)
            dots[k] += dy[i + k] * gamma[i + k] * (x[i + k] * inverse);
    for (std::size_t k = 0; i < columns; ++i, ++k)
        dots[k] += dy[i] * gamma[i] * (x[i] * inverse);
    const float dot = addLanes(dots) / static_cast<float>(columns);
#pragma omp simd
    for (std::size_t c = 0; c < columns; ++c) {
        const float n = x[c] * inverse, d = dy[c];
        dgamma[c] += d * n;
        dx[c] = inverse * (d * gamma[c] - n * dot);
    }
}

}  // namespace

std::unique_ptr<Step> makeRmsNormGrad(StepRequest &request)
{
    const auto columns = static_cast<std::size_t>(request.inputShape(0).back());
    const std::size_t rows = static_cast<std::size_t>(request.inputShape(0).elements()) / columns;
    const auto threads = static_cast<std::size_t>(request.threads);
    // Each thread sums up the parameter's gradient of its rows; then they are added in the threads' order.
    request.scratchBytes = threads * columns * sizeof(float);
    return makeLoop([op = request.op, threads, rows, columns](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]), *dy = memory.at<float>(op.inputs[1]), *gamma = memory.at<float>(op.inputs[2]);
        const float *inverse = memory.at<float>(op.inputs[3]);
        float *dx = memory.at<float>(op.outputs[0]);
        auto *parts = reinterpret_cast<float *>(memory.scratch);
        std::memset(parts, 0, threads * columns * sizeof(float));
#pragma omp parallel for num_threads(static_cast<int>(threads)) schedule(static, 1)
        for (std::size_t t = 0; t < threads; ++t)
            for (std::size_t r = rows * t / threads; r < rows * (t + 1) / threads; ++r)
                rowGradients(x + r * columns, dy + r * columns, columns, gamma, inverse[r], dx + r * columns, parts + t * columns);
        sumColumns(DType::F32, memory.scratch, threads, columns, 1, memory.at<float>(op.outputs[1]));
    });
}

}  // namespace trainyard::cpu
