#include "engine/backends/cuda/activation_math.h"
#include "engine/backends/cuda/elementwise.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

template <ActivationKind kKind>
struct Activation {
    float slope;
    __device__ float operator()(std::int64_t, float x) const { return activated<kKind>(x, slope); }
};

// The kinds that nothing is fused with share one kernel: memory takes longer than the choice.
struct AnyActivation {
    ActivationKind kind;
    float slope;
    __device__ float operator()(std::int64_t, float x) const { return activatedBy(kind, x, slope); }
};

}  // namespace

StepResult makeActivate(StepRequest &request)
{
    const ValueId x = request.op.inputs[0], y = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {x, y}));
    const auto attributes = request.attributes<ActivationAttributes>();
    const std::int64_t count = request.outputShape().elements();
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            if (!isFusable(attributes.kind))
                return launchElementwise(stream, AnyActivation{attributes.kind, attributes.slope}, count, memory.at<T>(y), memory.at<const T>(x));
            return withFusedActivation(attributes.kind, [&](auto kind) {
                return launchElementwise(stream, Activation<kind()>{attributes.slope}, count, memory.at<T>(y), memory.at<const T>(x));
            });
        });
    });
}

}  // namespace trainyard::cuda
