#include "engine/backends/cuda/tensor_update.h"

namespace trainyard::cuda {

namespace {

// Values: parameter, gradient and, with momentum, velocity.
template <bool kMomentum>
struct SgdRule {
    static constexpr int kArrays = kMomentum ? 3 : 2, kWritten = kMomentum ? 0b101 : 0b001;
    const StepScalars *scalars;
    float rate, momentum, decay;  // rate: the factor, until begin()
    bool nesterov;

    __device__ SgdRule begin() const
    {
        SgdRule ready = *this;
        ready.rate *= scalars->learningRate;
        return ready;
    }
    __device__ void operator()(float (&values)[kArrays]) const
    {
        const float gradient = values[1] + decay * values[0];
        if constexpr (kMomentum) {
            values[2] = momentum * values[2] + gradient;
            values[0] -= rate * (nesterov ? gradient + momentum * values[2] : values[2]);
        } else {
            values[0] -= rate * gradient;
        }
    }
};

template <bool kMomentum>
StepResult makeStep(const StepRequest &request, const SgdAttributes &a)
{
    return makeUpdateStep(request, [a](const StepMemory &memory) {
        return SgdRule<kMomentum>{memory.scalars, a.rateFactor, a.momentum, a.weightDecay, a.nesterov};
    });
}

}  // namespace

StepResult makeSgdUpdate(StepRequest &request)
{
    const auto attributes = request.attributes<SgdAttributes>();
    return request.hasInput(2) ? makeStep<true>(request, attributes) : makeStep<false>(request, attributes);
}

}  // namespace trainyard::cuda
