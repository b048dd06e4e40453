#include "engine/backends/cuda/tensor_update.h"

namespace trainyard::cuda {

namespace {

// Values: parameter, gradient and, with momentum, velocity.
template <bool kMomentum>
struct SgdRule {
    static constexpr int kArrays = kMomentum ? 3 : 2, kWritten = kMomentum ? 0b101 : 0b001;
    const StepScalars *scalars;
    float momentum, decay;
    bool nesterov;
    float rate = 0;

    __device__ SgdRule begin() const
    {
        SgdRule ready = *this;
        ready.rate = scalars->learningRate;
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
StepResult makeStep(const StepRequest &request, const SgdAttributes &attributes, ValueId lossScale)
{
    TRAINYARD_TRY(auto tensors, updatedTensors(request, 0, 3, SgdRule<kMomentum>::kArrays));
    return makeKernelStep([=, tensors = std::move(tensors)](const StepMemory &memory, cudaStream_t stream) {
        const float *state = memory.at<float>(lossScale);
        return launchUpdate(stream, memory, tensors,
                            SgdRule<kMomentum>{memory.scalars, attributes.momentum, attributes.weightDecay, attributes.nesterov},
                            state ? state + 2 : nullptr);
    });
}

}  // namespace

StepResult makeSgdUpdate(StepRequest &request)
{
    const auto attributes = request.attributes<SgdAttributes>();
    const ValueId lossScale = request.op.inputs.size() % 3 == 1 ? request.op.inputs.back() : kNoValue;
    return request.hasInput(2) ? makeStep<true>(request, attributes, lossScale) : makeStep<false>(request, attributes, lossScale);
}

}  // namespace trainyard::cuda
