#include "engine/backends/cuda/tensor_update.h"

namespace trainyard::cuda {

namespace {

// Values: parameter, gradient, first and second moment.
struct AdamRule {
    static constexpr int kArrays = 4, kWritten = 0b1101;
    const StepScalars *scalars;
    float rateFactor, beta1, beta2, epsilon;
    float logBeta1, logBeta2;
    float decay;
    bool decoupled;
    float shrink = 1, stepSize = 0, correction2 = 1;

    __device__ AdamRule begin() const
    {
        AdamRule ready = *this;
        const float rate = scalars->learningRate * rateFactor, t = static_cast<float>(scalars->step + 1);
        ready.stepSize = rate / -expm1f(t * logBeta1);
        ready.correction2 = 1.0f / sqrtf(-expm1f(t * logBeta2));
        ready.shrink = decoupled ? 1.0f - rate * decay : 1.0f;
        ready.decay = decoupled ? 0.0f : decay;
        return ready;
    }
    __device__ void operator()(float (&values)[kArrays]) const
    {
        const float gradient = values[1] + decay * values[0];
        values[2] = beta1 * values[2] + (1.0f - beta1) * gradient;
        values[3] = beta2 * values[3] + (1.0f - beta2) * gradient * gradient;
        values[0] = shrink * values[0] - stepSize * values[2] / (sqrtf(values[3]) * correction2 + epsilon);
    }
};

}  // namespace

StepResult makeAdamUpdate(StepRequest &request)
{
    return makeUpdateStep(request, [a = request.attributes<AdamAttributes>()](const StepMemory &memory) {
        return AdamRule{memory.scalars, a.rateFactor, a.beta1, a.beta2, a.epsilon, logOf(a.beta1), logOf(a.beta2), a.weightDecay, a.decoupled};
    });
}

}  // namespace trainyard::cuda
