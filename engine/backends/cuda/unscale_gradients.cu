#include "engine/backends/cuda/tensor_update.h"

namespace trainyard::cuda {

namespace {

struct UnscaleRule {
    static constexpr int kArrays = 1, kWritten = 0b1;
    float *state;  // the loss scale's
    float scale = 1;

    __device__ UnscaleRule begin() const { return {state, state[0]}; }
    __device__ void operator()(float (&values)[kArrays]) const
    {
        // Whoever finds one writes the same: no order, no atomics.
        if (!isfinite(values[0]))
            state[2] = 1.0f;
        values[0] /= scale;
    }
};

}  // namespace

StepResult makeUnscaleGradients(StepRequest &request)
{
    const ValueId lossScale = request.op.inputs[0];
    TRAINYARD_TRY(auto tensors, updatedTensors(request, 1, 1, UnscaleRule::kArrays));
    return makeKernelStep([=, tensors = std::move(tensors)](const StepMemory &memory, cudaStream_t stream) {
        return launchUpdate(stream, memory, tensors, UnscaleRule{memory.at<float>(lossScale)}, nullptr);
    });
}

}  // namespace trainyard::cuda
