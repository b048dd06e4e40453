#include "engine/backends/cuda/elementwise.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

struct Times {
    float factor;
    __device__ float operator()(std::int64_t, float x) const { return x * factor; }
};

struct TimesLossScale {
    const float *state;
    __device__ Times begin() const { return {state[0]}; }
};

}  // namespace

StepResult makeScaleGradient(StepRequest &request)
{
    const ValueId dy = request.op.inputs[0], state = request.op.inputs[1], y = request.op.outputs[0];
    TRAINYARD_TRY(const DType from, commonFloatType(request, {dy}));
    TRAINYARD_TRY(const DType to, commonFloatType(request, {y}));
    const std::int64_t count = request.outputShape().elements();
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(from, [&](auto fromZero) {
            return withFloatType(to, [&](auto toZero) {
                return launchElementwise(stream, TimesLossScale{memory.at<float>(state)}, count, memory.at<decltype(toZero)>(y),
                                         memory.at<const decltype(fromZero)>(dy));
            });
        });
    });
}

}  // namespace trainyard::cuda
