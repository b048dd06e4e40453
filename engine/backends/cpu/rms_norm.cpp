#include <cmath>

#include "engine/backends/cpu/lane_sums.h"
#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

TRAINYARD_SIMD_CLONES float scaleRow(const float *x, std::size_t columns, const float *gamma, float epsilon, float *y)
{
    float squares[kSumLanes] = {};
    std::size_t i = 0;
    for (; i + kSumLanes <= columns; i += kSumLanes)
#pragma omp simd
        for (std::size_t k = 0; k < kSumLanes; ++k)
            squares[k] += x[i + k] * x[i + k];
    for (std::size_t k = 0; i < columns; ++i, ++k)
        squares[k] += x[i] * x[i];
    const float inverse = 1.0f / std::sqrt(addLanes(squares) / static_cast<float>(columns) + epsilon);
#pragma omp simd
    for (std::size_t c = 0; c < columns; ++c)
        y[c] = gamma[c] * (x[c] * inverse);
    return inverse;
}

}  // namespace

std::unique_ptr<Step> makeRmsNorm(StepRequest &request)
{
    const auto columns = static_cast<std::size_t>(request.inputShape(0).back());
    const std::size_t rows = static_cast<std::size_t>(request.inputShape(0).elements()) / columns;
    const float epsilon = request.attributes<LayerNormAttributes>().epsilon;
    return makeLoop([op = request.op, threads = request.threads, rows, columns, epsilon](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]), *gamma = memory.at<float>(op.inputs[1]);
        float *y = memory.at<float>(op.outputs[0]), *inverse = memory.at<float>(op.outputs[1]);
        forPieces(rows, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r)
                inverse[r] = scaleRow(x + r * columns, columns, gamma, epsilon, y + r * columns);
        });
    });
}

}  // namespace trainyard::cpu
