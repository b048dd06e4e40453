#include "engine/backends/cuda/activation_math.h"
#include "engine/backends/cuda/elementwise.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

template <ActivationKind kKind>
struct ActivationGradient {
    float slope;
    __device__ float operator()(std::int64_t, float saved, float dy) const
    {
        // Chosen, not multiplied by 0: an infinite gradient behind a closed ReLU is no NaN.
        if constexpr (kKind == ActivationKind::Relu)
            return saved > 0.0f ? dy : 0.0f;
        else
            return activationDerivative<kKind>(saved, slope) * dy;
    }
};

// The kinds that nothing is fused with share one kernel: memory takes longer than the choice.
struct AnyActivationGradient {
    ActivationKind kind;
    float slope;
    __device__ float operator()(std::int64_t, float saved, float dy) const { return activationGradientBy(kind, saved, dy, slope); }
};

}  // namespace

StepResult makeActivateGrad(StepRequest &request)
{
    const ValueId saved = request.op.inputs[0], dy = request.op.inputs[1], dx = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {saved, dy, dx}));
    const auto attributes = request.attributes<ActivationAttributes>();
    const std::int64_t count = request.outputShape().elements();
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            if (!isFusable(attributes.kind))
                return launchElementwise(stream, AnyActivationGradient{attributes.kind, attributes.slope}, count, memory.at<T>(dx),
                                         memory.at<const T>(saved), memory.at<const T>(dy));
            return withFusedActivation(attributes.kind, [&](auto kind) {
                return launchElementwise(stream, ActivationGradient<kind()>{attributes.slope}, count, memory.at<T>(dx),
                                         memory.at<const T>(saved), memory.at<const T>(dy));
            });
        });
    });
}

}  // namespace trainyard::cuda
