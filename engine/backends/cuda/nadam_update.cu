#include "engine/backends/cuda/tensor_update.h"

namespace trainyard::cuda {

namespace {

__device__ inline float momentumAt(const NadamAttributes &a, float t)
{
    constexpr float kLog096 = -0.0408219945f;
    return a.beta1 * (1.0f - 0.5f * expf(kLog096 * t * a.momentumDecay));
}

// rest: 1 - the product of all momenta so far. One thread, before the update that reads it.
__global__ void moveSchedule(NadamAttributes a, float *rest, const StepScalars *scalars, const float *skip)
{
    if (skip && *skip != 0.0f)
        return;
    const float now = momentumAt(a, static_cast<float>(scalars->step + 1));
    *rest = 1.0f - (1.0f - *rest) * now;
}

// Values: parameter, gradient, first and second moment.
struct NadamRule {
    static constexpr int kArrays = 4, kWritten = 0b1101;
    const StepScalars *scalars;
    const float *rest;
    NadamAttributes a;
    float logBeta2;
    float shrink = 1, correction2 = 1, gradientStep = 0, momentStep = 0;

    __device__ NadamRule begin() const
    {
        NadamRule ready = *this;
        const float rate = scalars->learningRate * a.rateFactor, t = static_cast<float>(scalars->step + 1);
        const float now = momentumAt(a, t), next = momentumAt(a, t + 1.0f), product = 1.0f - *rest;
        ready.correction2 = 1.0f / sqrtf(-expm1f(t * logBeta2));
        ready.gradientStep = rate * (1.0f - now) / *rest;
        ready.momentStep = rate * next / (1.0f - product * next);
        ready.shrink = a.decoupled ? 1.0f - rate * a.weightDecay : 1.0f;
        ready.a.weightDecay = a.decoupled ? 0.0f : a.weightDecay;
        return ready;
    }
    __device__ void operator()(float (&values)[kArrays]) const
    {
        const float gradient = values[1] + a.weightDecay * values[0];
        values[2] = a.beta1 * values[2] + (1.0f - a.beta1) * gradient;
        values[3] = a.beta2 * values[3] + (1.0f - a.beta2) * gradient * gradient;
        values[0] = shrink * values[0] - (gradientStep * gradient + momentStep * values[2]) / (sqrtf(values[3]) * correction2 + a.epsilon);
    }
};

}  // namespace

StepResult makeNadamUpdate(StepRequest &request)
{
    const auto a = request.attributes<NadamAttributes>();
    TRAINYARD_TRY(auto tensors, updatedTensors(request, 0, 4, NadamRule::kArrays));
    const ValueId schedule = request.op.inputs[request.op.inputs.size() / 4 * 4], lossScale = lossScaleOf(request, 1);
    return makeKernelStep([=, tensors = std::move(tensors)](const StepMemory &memory, cudaStream_t stream) -> Status {
        const float *skip = skipFlag(memory, lossScale);
        float *rest = memory.at<float>(schedule);
        TRAINYARD_CHECK(launch(stream, moveSchedule, 1u, 1u, a, rest, memory.scalars, skip));
        return launchUpdate(stream, memory, tensors, NadamRule{memory.scalars, rest, a, logOf(a.beta2)}, skip);
    });
}

}  // namespace trainyard::cuda
