#include "engine/backends/cuda/tensor_update.h"

namespace trainyard::cuda {

namespace {

// Values: parameter, gradient, sum of squares.
struct AdagradRule {
    static constexpr int kArrays = 3, kWritten = 0b101;
    const StepScalars *scalars;
    float rate, epsilon, decay, rateDecay;  // rate: the factor, until begin()

    __device__ AdagradRule begin() const
    {
        AdagradRule ready = *this;
        ready.rate *= scalars->learningRate / (1.0f + rateDecay * static_cast<float>(scalars->step));
        return ready;
    }
    __device__ void operator()(float (&values)[kArrays]) const
    {
        const float gradient = values[1] + decay * values[0];
        values[2] += gradient * gradient;
        values[0] -= rate * gradient / (sqrtf(values[2]) + epsilon);
    }
};

}  // namespace

StepResult makeAdagradUpdate(StepRequest &request)
{
    return makeUpdateStep(request, [a = request.attributes<AdagradAttributes>()](const StepMemory &memory) {
        return AdagradRule{memory.scalars, a.rateFactor, a.epsilon, a.weightDecay, a.rateDecay};
    });
}

}  // namespace trainyard::cuda
