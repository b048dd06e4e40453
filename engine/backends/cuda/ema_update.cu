#include "engine/backends/cuda/tensor_update.h"

namespace trainyard::cuda {

namespace {

// Values: value, average.
struct EmaRule {
    static constexpr int kArrays = 2, kWritten = 0b10;
    const StepScalars *scalars;
    float decay;

    __device__ EmaRule begin() const
    {
        const auto t = static_cast<float>(scalars->step);
        return {scalars, fminf(decay, (1.0f + t) / (10.0f + t))};
    }
    __device__ void operator()(float (&values)[kArrays]) const { values[1] = decay * values[1] + (1.0f - decay) * values[0]; }
};

}  // namespace

StepResult makeEmaUpdate(StepRequest &request)
{
    return makeUpdateStep(request, [a = request.attributes<EmaAttributes>()](const StepMemory &memory) {
        return EmaRule{memory.scalars, a.decay};
    });
}

}  // namespace trainyard::cuda
