#include "engine/backends/cuda/tensor_update.h"

namespace trainyard::cuda {

namespace {

// Values: parameter, gradient, mean square and, where they are there, momentum buffer and mean.
template <bool kMomentum, bool kCentered>
struct RmspropRule {
    static constexpr int kArrays = 3 + kMomentum + kCentered;
    static constexpr int kWritten = (1 << kArrays) - 1 - 0b010;
    const StepScalars *scalars;
    float rate, alpha, epsilon, momentum, decay;  // rate: the factor, until begin()

    __device__ RmspropRule begin() const
    {
        RmspropRule ready = *this;
        ready.rate *= scalars->learningRate;
        return ready;
    }
    __device__ void operator()(float (&values)[kArrays]) const
    {
        const float gradient = values[1] + decay * values[0];
        values[2] = alpha * values[2] + (1.0f - alpha) * gradient * gradient;
        float variance = values[2];
        if constexpr (kCentered) {
            float &mean = values[kArrays - 1];
            mean = alpha * mean + (1.0f - alpha) * gradient;
            // Never below zero but by rounding.
            variance = fmaxf(values[2] - mean * mean, 0.0f);
        }
        float step = gradient / (sqrtf(variance) + epsilon);
        if constexpr (kMomentum)
            step = values[3] = momentum * values[3] + step;
        values[0] -= rate * step;
    }
};

template <bool kMomentum, bool kCentered>
StepResult makeStep(const StepRequest &request, const RmspropAttributes &a)
{
    return makeUpdateStep(request, [a](const StepMemory &memory) {
        return RmspropRule<kMomentum, kCentered>{memory.scalars, a.rateFactor, a.alpha, a.epsilon, a.momentum, a.weightDecay};
    });
}

}  // namespace

StepResult makeRmspropUpdate(StepRequest &request)
{
    const auto a = request.attributes<RmspropAttributes>();
    if (request.hasInput(3))
        return request.hasInput(4) ? makeStep<true, true>(request, a) : makeStep<true, false>(request, a);
    return request.hasInput(4) ? makeStep<false, true>(request, a) : makeStep<false, false>(request, a);
}

}  // namespace trainyard::cuda
