#include "engine/backends/cuda/indexed_copy.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/ops/axis_run.h"

namespace trainyard::cuda {

namespace {

// Element i of [outer, length, inner] comes from [outer, inner].
struct Repeated {
    FastDivisor length, inner;
    __device__ std::int64_t operator()(std::uint32_t i) const
    {
        const std::uint32_t place = inner.takeRemainder(i);
        return static_cast<std::int64_t>(length.quotient(i)) * inner.divisor() + place;
    }
};

}  // namespace

// A parameter is float32 even where what is made of it is not.
StepResult makeExpand(StepRequest &request)
{
    const ValueId x = request.op.inputs[0], y = request.op.outputs[0];
    const DType from = request.inputType(0).dtype, to = request.outputType().dtype;
    if (!isFloatType(to) || (from != to && from != DType::F32))
        return fail(ErrorCode::Unsupported, "The GPU cannot expand {} to {}.", dtypeName(from), dtypeName(to));
    const Shape in = request.inputShape(0), out = request.outputShape();
    const RepeatedAxes axes = repeatedAxes(in, out);
    const bool overBatch = axes.last >= axes.first && axes.first == 0;
    const AxisRun run = axisRun(out, axes.first, axes.last);
    // Over the batch, all is one sample: [length, inner] from [inner].
    const std::int64_t samples = overBatch ? 1 : out[0], xPerSample = overBatch ? 0 : in.elements() / samples;
    if (out.elements() / samples > kMostFastItems)
        return fail(ErrorCode::Unsupported, "The GPU cannot expand {} to {}: that is more than 2^31 elements at once.", in.text(), out.text());
    const Repeated where{FastDivisor(run.length), FastDivisor(run.inner)};
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(to, [&](auto zero) {
            using T = decltype(zero);
            const std::int64_t perSample = out.elements() / samples;
            return from == to ? copyIndexed(stream, where, samples, xPerSample, perSample, memory.at<const T>(x), memory.at<T>(y))
                              : copyIndexed(stream, where, samples, xPerSample, perSample, memory.at<const float>(x), memory.at<T>(y));
        });
    });
}

}  // namespace trainyard::cuda
