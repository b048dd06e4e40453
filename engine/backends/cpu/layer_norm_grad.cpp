#include <cstring>

#include "engine/backends/cpu/column_sums.h"
#include "engine/backends/cpu/lane_sums.h"
#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

// dx = inverse (g - mean(g) - n mean(g n)), with g = dy gamma and n = (x - mean) inverse; dgamma and dbeta grow by the row's
// share. dx may be dy.
TRAINYARD_SIMD_CLONES void rowGradients(const float *x, const float *dy, std::size_t columns, const float *gamma, float mean, float inverse,
                                        float *dx, float *dgamma, float *dbeta)
{
    float sums[kSumLanes] = {}, dots[kSumLanes] = {};
    std::size_t i = 0;
    for (; i + kSumLanes <= columns; i += kSumLanes)
#pragma omp simd
        for (std::size_t k = 0; k < kSumLanes; ++k) {
            const float g = dy[i + k] * gamma[i + k];
            sums[k] += g;
            dots[k] += g * ((x[i + k] - mean) * inverse);
        }
    for (std::size_t k = 0; i < columns; ++i, ++k) {
        const float g = dy[i] * gamma[i];
        sums[k] += g;
        dots[k] += g * ((x[i] - mean) * inverse);
    }
    const float sum = addLanes(sums) / static_cast<float>(columns), dot = addLanes(dots) / static_cast<float>(columns);
#pragma omp simd
    for (std::size_t c = 0; c < columns; ++c) {
        const float n = (x[c] - mean) * inverse, d = dy[c];
        dgamma[c] += d * n;
        dbeta[c] += d;
        dx[c] = inverse * (d * gamma[c] - sum - n * dot);
    }
}

}  // namespace

std::unique_ptr<Step> makeLayerNormGrad(StepRequest &request)
{
    const auto columns = static_cast<std::size_t>(request.inputShape(0).back());
    const std::size_t rows = static_cast<std::size_t>(request.inputShape(0).elements()) / columns;
    const int threads = request.threads;
    // Each thread sums up the parameters' gradients of its rows; then they are added in the threads' order.
    const std::size_t partBytes = static_cast<std::size_t>(threads) * columns * sizeof(float);  // of dgamma, then of dbeta
    request.scratchBytes = 2 * partBytes;
    return makeLoop([op = request.op, threads, rows, columns, partBytes](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]), *dy = memory.at<float>(op.inputs[1]), *gamma = memory.at<float>(op.inputs[2]);
        const float *mean = memory.at<float>(op.inputs[3]), *inverse = memory.at<float>(op.inputs[4]);
        float *dx = memory.at<float>(op.outputs[0]);
        auto *parts = reinterpret_cast<float *>(memory.scratch);
        std::memset(parts, 0, 2 * partBytes);
        const std::size_t piece = (rows + static_cast<std::size_t>(threads) - 1) / static_cast<std::size_t>(threads);
#pragma omp parallel for num_threads(threads) schedule(static, 1)
        for (int t = 0; t < threads; ++t) {
            float *dgamma = parts + static_cast<std::size_t>(t) * columns, *dbeta = dgamma + static_cast<std::size_t>(threads) * columns;
            const std::size_t end = std::min(rows, (static_cast<std::size_t>(t) + 1) * piece);
            for (std::size_t r = static_cast<std::size_t>(t) * piece; r < end; ++r)
                rowGradients(x + r * columns, dy + r * columns, columns, gamma, mean[r], inverse[r], dx + r * columns, dgamma, dbeta);
        }
        for (std::size_t part = 0; part < 2; ++part)
            sumColumns(DType::F32, memory.scratch + part * partBytes, static_cast<std::size_t>(threads), columns, 1, memory.at<float>(op.outputs[1 + part]));
    });
}

}  // namespace trainyard::cpu
