#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

TRAINYARD_SIMD_CLONES void multiplyPiece(const float *a, const float *b, float *y, std::size_t begin, std::size_t end)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i)
        y[i] = a[i] * b[i];
}

}  // namespace

std::unique_ptr<Step> makeMultiply(StepRequest &request)
{
    const auto count = static_cast<std::size_t>(request.outputShape().elements());
    return makeLoop([op = request.op, count, threads = request.threads](const StepMemory &memory) {
        const float *a = memory.at<float>(op.inputs[0]), *b = memory.at<float>(op.inputs[1]);
        float *y = memory.at<float>(op.outputs[0]);
        forPieces(count, threads, [=](std::size_t begin, std::size_t end) { multiplyPiece(a, b, y, begin, end); });
    });
}

}  // namespace trainyard::cpu
