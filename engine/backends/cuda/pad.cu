#include "engine/backends/cuda/indexed_copy.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/ops/axis_run.h"

namespace trainyard::cuda {

namespace {

struct Bordered {
    FastDivisor row;             // elements of a padded row
    std::uint32_t before, copied;  // of it
    __device__ std::int64_t operator()(std::uint32_t i) const
    {
        const std::uint32_t at = row.takeRemainder(i);
        return at < before || at - before >= copied ? kNowhere : static_cast<std::int64_t>(i) * copied + (at - before);
    }
};

}  // namespace

StepResult makePad(StepRequest &request)
{
    const auto pad = request.attributes<PadAttributes>();
    const ValueId x = request.op.inputs[0], y = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {x, y}));
    const Shape in = request.inputShape(0), out = request.outputShape();
    const std::int64_t axis = axisOf(in, pad.axis);
    const AxisRun from = axisRun(in, axis), to = axisRun(out, axis);
    const std::int64_t samples = axis == 0 ? 1 : out[0];
    if (out.elements() / samples > kMostFastItems)
        return fail(ErrorCode::Unsupported, "The GPU cannot pad {} to {}: that is more than 2^31 elements of a sample.", in.text(), out.text());
    const Bordered where{FastDivisor(to.length * to.inner), static_cast<std::uint32_t>(pad.before * from.inner),
                         static_cast<std::uint32_t>(from.length * from.inner)};
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return copyIndexed(stream, where, samples, in.elements() / samples, out.elements() / samples, memory.at<const T>(x), memory.at<T>(y),
                               pad.value);
        });
    });
}

}  // namespace trainyard::cuda
