#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/ops/axis_run.h"

namespace trainyard::cuda {

namespace {

// One result of the run per thread. dx may be x.
template <typename T>
__global__ void toTheLargest(std::int64_t results, std::int64_t length, std::int64_t inner, const T *x, const T *dy, T *dx)
{
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < results; i += stride) {
        const std::int64_t first = i / inner * length * inner + i % inner;
        std::int64_t best = 0;
        for (std::int64_t l = 1; l < length; ++l)
            if (toFloat(x[first + l * inner]) > toFloat(x[first + best * inner]))
                best = l;
        const T gradient = dy[i], nothing = fromFloat<T>(0.0f);
        for (std::int64_t l = 0; l < length; ++l)
            dx[first + l * inner] = l == best ? gradient : nothing;
    }
}

}  // namespace

StepResult makeReduceMaxGrad(StepRequest &request)
{
    const auto reduce = request.attributes<ReduceAttributes>();
    const ValueId x = request.op.inputs[0], dy = request.op.inputs[1], dx = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {x, dy, dx}));
    const AxisRun run = axisRun(request.inputShape(0), reduce.first, reduce.last);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return launch(stream, toTheLargest<T>, blocksFor(run.outer * run.inner), kBlockThreads, run.outer * run.inner, run.length, run.inner,
                          memory.at<const T>(x), memory.at<const T>(dy), memory.at<T>(dx));
        });
    });
}

}  // namespace trainyard::cuda
