#include <cmath>

#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

namespace {

struct RotarySizes {
    std::int64_t rows;
    int positions, heads, half;
    float log2Base, sign;  // sign: -1 turns back
};

// A thread turns the same pair of all heads of a row: the angle is worked out once. y may be x.
template <typename T>
__global__ void turnHeads(RotarySizes sizes, const T *x, T *y)
{
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x, count = sizes.rows * sizes.half;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) {
        const std::int64_t row = i / sizes.half;
        const int pair = static_cast<int>(i - row * sizes.half), position = static_cast<int>(row % sizes.positions);
        const float angle = static_cast<float>(position) * exp2f(-sizes.log2Base * static_cast<float>(pair) / static_cast<float>(sizes.half));
        const float cosine = cosf(angle), sine = sizes.sign * sinf(angle);
        std::int64_t at = row * sizes.heads * 2 * sizes.half + pair;
        for (int head = 0; head < sizes.heads; ++head, at += 2 * sizes.half) {
            const float a = toFloat(x[at]), b = toFloat(x[at + sizes.half]);
            y[at] = fromFloat<T>(a * cosine - b * sine);
            y[at + sizes.half] = fromFloat<T>(b * cosine + a * sine);
        }
    }
}

}  // namespace

StepResult makeRotary(StepRequest &request)
{
    const Op op = request.op;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[0], op.outputs[0]}));
    const auto &a = request.attributes<RotaryAttributes>();
    const Shape &shape = request.inputShape(0);
    const RotarySizes sizes{shape[0] * shape[1], static_cast<int>(shape[1]), static_cast<int>(shape.back() / a.headSize), static_cast<int>(a.headSize / 2),
                            static_cast<float>(std::log2(static_cast<double>(a.base))), a.inverse ? -1.0f : 1.0f};
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return launch(stream, turnHeads<T>, blocksFor(sizes.rows * sizes.half), kBlockThreads, sizes, memory.at<const T>(op.inputs[0]),
                          memory.at<T>(op.outputs[0]));
        });
    });
}

}  // namespace trainyard::cuda
