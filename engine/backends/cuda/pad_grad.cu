#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/ops/axis_run.h"
#include "engine/ops/padding.h"

namespace trainyard::cuda {

namespace {

// One element of dx per thread.
template <typename T>
__global__ void padGrad(AxisRun run, PadAttributes pad, const T *dy, T *dx)
{
    const std::int64_t count = run.outer * run.length * run.inner, stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) {
        const std::int64_t entry = i / run.inner % run.length, outer = i / run.inner / run.length;
        const T *padded = dy + outer * (pad.before + run.length + pad.after) * run.inner + i % run.inner;
        float sum = toFloat(padded[(pad.before + entry) * run.inner]);
        const PaddedCopies copies = paddedCopies(entry, pad.before, run.length, pad.after, pad.mode);
        for (std::int64_t at = copies.frontBegin; at < copies.frontEnd; ++at)
            sum += toFloat(padded[at * run.inner]);
        for (std::int64_t at = copies.backBegin; at < copies.backEnd; ++at)
            sum += toFloat(padded[at * run.inner]);
        dx[i] = fromFloat<T>(sum);
    }
}

}  // namespace

StepResult makePadGrad(StepRequest &request)
{
    const auto pad = request.attributes<PadAttributes>();
    const ValueId dy = request.op.inputs[0], dx = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {dy, dx}));
    const AxisRun run = axisRun(request.outputShape(), pad.axis);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return launch(stream, padGrad<T>, blocksFor(run.outer * run.length * run.inner), kBlockThreads, run, pad, memory.at<const T>(dy), memory.at<T>(dx));
        });
    });
}

}  // namespace trainyard::cuda
