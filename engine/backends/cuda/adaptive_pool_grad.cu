#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/ops/axis_run.h"
#include "engine/ops/bins.h"

namespace trainyard::cuda {

namespace {

// Whether entry k is the first of the largest of its bin.
template <typename T>
__device__ bool isLargest(const T *entries, std::int64_t inner, const BinRange &bin, std::int64_t k)
{
    std::int64_t best = bin.begin;
    for (std::int64_t i = bin.begin + 1; i < bin.end; ++i)
        if (toFloat(entries[i * inner]) > toFloat(entries[best * inner]))
            best = i;
    return best == k;
}

// One element of dx per thread, which gathers from the bins that it lies in. x: null of means.
template <typename T>
__global__ void adaptivePoolGrad(AxisRun run, std::int64_t bins, const T *dy, const T *x, T *dx)
{
    const std::int64_t count = run.outer * run.length * run.inner, stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) {
        const std::int64_t place = i % run.inner, entry = i / run.inner % run.length, outer = i / run.inner / run.length;
        const BinRange of = binsOfEntry(entry, run.length, bins);
        float sum = 0.0f;
        for (std::int64_t o = of.begin; o < of.end; ++o) {
            const BinRange bin = entriesOfBin(o, run.length, bins);
            const float gradient = toFloat(dy[(outer * bins + o) * run.inner + place]);
            if (x == nullptr)
                sum += gradient * (1.0f / static_cast<float>(bin.end - bin.begin));
            else if (isLargest(x + outer * run.length * run.inner + place, run.inner, bin, entry))
                sum += gradient;
        }
        dx[i] = fromFloat<T>(sum);
    }
}

}  // namespace

StepResult makeAdaptivePoolGrad(StepRequest &request)
{
    const auto pool = request.attributes<AdaptivePoolAttributes>();
    const ValueId dy = request.op.inputs[0], dx = request.op.outputs[0], x = pool.largest ? request.op.inputs[1] : kNoValue;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {dy, pool.largest ? x : dy, dx}));
    const AxisRun run = axisRun(request.outputShape(), pool.axis);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return launch(stream, adaptivePoolGrad<T>, blocksFor(run.outer * run.length * run.inner), kBlockThreads, run, pool.bins, memory.at<const T>(dy),
                          memory.at<const T>(x), memory.at<T>(dx));
        });
    });
}

}  // namespace trainyard::cuda
