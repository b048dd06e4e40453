#include "engine/backends/cuda/tensor_update.h"

namespace trainyard::cuda {

namespace {

// Values: parameter, gradient, momentum.
struct LionRule {
    static constexpr int kArrays = 3, kWritten = 0b101;
    const StepScalars *scalars;
    float rate, beta1, beta2, decay;  // rate: the factor, until begin()
    float shrink = 1;

    __device__ LionRule begin() const
    {
        LionRule ready = *this;
        ready.rate *= scalars->learningRate;
        ready.shrink = 1.0f - ready.rate * decay;
        return ready;
    }
    __device__ void operator()(float (&values)[kArrays]) const
    {
        const float direction = beta1 * values[2] + (1.0f - beta1) * values[1];
        // What is not a number shall show.
        const float sign = direction > 0.0f ? 1.0f : direction < 0.0f ? -1.0f : direction;
        values[0] = shrink * values[0] - rate * sign;
        values[2] = beta2 * values[2] + (1.0f - beta2) * values[1];
    }
};

}  // namespace

StepResult makeLionUpdate(StepRequest &request)
{
    return makeUpdateStep(request, [a = request.attributes<LionAttributes>()](const StepMemory &memory) {
        return LionRule{memory.scalars, a.rateFactor, a.beta1, a.beta2, a.weightDecay};
    });
}

}  // namespace trainyard::cuda
