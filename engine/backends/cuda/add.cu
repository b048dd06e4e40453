#include "engine/backends/cuda/activation_math.h"
#include "engine/backends/cuda/elementwise.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

template <ActivationKind kKind>
struct ActivatedSum {
    float slope;
    __device__ float operator()(std::int64_t, float a, float b) const { return activated<kKind>(a + b, slope); }
};

}  // namespace

StepResult makeAdd(StepRequest &request)
{
    const ValueId a = request.op.inputs[0], b = request.op.inputs[1], y = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {a, b, y}));
    const auto *fused = std::get_if<ActivationAttributes>(&request.op.attributes);
    const ActivationAttributes attributes = fused ? *fused : ActivationAttributes{};
    const std::int64_t count = request.outputShape().elements();
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return withFusedActivation(attributes.kind, [&](auto kind) {
                return launchElementwise(stream, ActivatedSum<kind()>{attributes.slope}, count, memory.at<T>(y), memory.at<const T>(a),
                                         memory.at<const T>(b));
            });
        });
    });
}

}  // namespace trainyard::cuda
