#include "engine/backends/cuda/indexed_copy.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/ops/axis_run.h"
#include "engine/ops/padding.h"

namespace trainyard::cuda {

namespace {

struct Bordered {
    FastDivisor padded, inner;  // entries of a padded block, elements of an entry
    std::uint32_t before, length;
    PadMode mode;
    __device__ std::int64_t operator()(std::uint32_t i) const
    {
        const std::uint32_t place = inner.takeRemainder(i), at = padded.takeRemainder(i);
        const std::int64_t source = paddedSource(at, before, length, mode);
        return source == kNoEntry ? kNowhere : (static_cast<std::int64_t>(i) * length + source) * inner.divisor() + place;
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
    const Bordered where{FastDivisor(to.length), FastDivisor(to.inner), static_cast<std::uint32_t>(pad.before), static_cast<std::uint32_t>(from.length), pad.mode};
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return copyIndexed(stream, where, samples, in.elements() / samples, out.elements() / samples, memory.at<const T>(x), memory.at<T>(y),
                               pad.value);
        });
    });
}

}  // namespace trainyard::cuda
