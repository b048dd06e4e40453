#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/ops/axis_run.h"
#include "engine/ops/bins.h"

namespace trainyard::cuda {

namespace {

// One result per thread.
template <typename T>
__global__ void adaptivePool(AxisRun run, std::int64_t bins, bool largest, const T *x, T *y)
{
    const std::int64_t count = run.outer * bins * run.inner, stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) {
        const std::int64_t row = i / run.inner;
        const BinRange bin = entriesOfBin(row % bins, run.length, bins);
        const T *entries = x + row / bins * run.length * run.inner + i % run.inner;
        float result = toFloat(entries[bin.begin * run.inner]);
        for (std::int64_t k = bin.begin + 1; k < bin.end; ++k) {
            const float value = toFloat(entries[k * run.inner]);
            result = largest ? (value > result ? value : result) : result + value;
        }
        y[i] = fromFloat<T>(largest ? result : result * (1.0f / static_cast<float>(bin.end - bin.begin)));
    }
}

}  // namespace

StepResult makeAdaptivePool(StepRequest &request)
{
    const auto pool = request.attributes<AdaptivePoolAttributes>();
    const ValueId x = request.op.inputs[0], y = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {x, y}));
    const AxisRun run = axisRun(request.inputShape(0), pool.axis);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return launch(stream, adaptivePool<T>, blocksFor(run.outer * pool.bins * run.inner), kBlockThreads, run, pool.bins, pool.largest,
                          memory.at<const T>(x), memory.at<T>(y));
        });
    });
}

}  // namespace trainyard::cuda
