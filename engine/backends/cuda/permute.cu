#include "engine/backends/cuda/indexed_copy.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/ops/strided_axes.h"

namespace trainyard::cuda {

namespace {

constexpr std::size_t kMostAxes = 8;

struct Permuted {
    int count = 0;
    FastDivisor lengths[kMostAxes];
    std::int64_t strides[kMostAxes] = {};
    __device__ std::int64_t operator()(std::uint32_t i) const
    {
        std::int64_t offset = 0;
        for (int k = count; k-- > 0;)
            offset += static_cast<std::int64_t>(lengths[k].takeRemainder(i)) * strides[k];
        return offset;
    }
};

}  // namespace

StepResult makePermute(StepRequest &request)
{
    const ValueId x = request.op.inputs[0], y = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {x, y}));
    const Shape in = request.inputShape(0);
    const std::vector<StridedAxis> axes = permutedAxes(in, request.attributes<PermuteAttributes>().order);
    const std::int64_t perSample = in.elements() / in[0];
    if (axes.size() > kMostAxes || perSample > kMostFastItems)
        return fail(ErrorCode::Unsupported, "The GPU cannot put the axes of {} in another order: it takes {} axes and 2^31 elements of a sample at most.",
                    in.text(), kMostAxes);
    Permuted where;
    where.count = static_cast<int>(axes.size());
    for (std::size_t k = 0; k < axes.size(); ++k) {
        where.lengths[k] = FastDivisor(axes[k].length);
        where.strides[k] = axes[k].stride;
    }
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return copyIndexed(stream, where, in[0], perSample, perSample, memory.at<const T>(x), memory.at<T>(y));
        });
    });
}

}  // namespace trainyard::cuda
