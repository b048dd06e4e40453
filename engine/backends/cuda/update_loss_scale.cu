#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

namespace {

// state: scale, good steps, flag, skipped.
__global__ void updateLossScale(float *state, LossScaleAttributes a)
{
    if (state[2] != 0.0f) {
        state[0] = fmaxf(state[0] * a.backoff, a.smallest);
        state[1] = 0.0f;
        state[3] += 1.0f;
    } else if (state[1] + 1.0f >= static_cast<float>(a.growthInterval)) {
        state[0] = fminf(state[0] * a.growth, a.largest);
        state[1] = 0.0f;
    } else {
        state[1] += 1.0f;
    }
    state[2] = 0.0f;
}

}  // namespace

StepResult makeUpdateLossScale(StepRequest &request)
{
    const ValueId state = request.op.inputs[0];
    return makeKernelStep([state, a = request.attributes<LossScaleAttributes>()](const StepMemory &memory, cudaStream_t stream) {
        return launch(stream, updateLossScale, 1u, 1u, memory.at<float>(state), a);
    });
}

}  // namespace trainyard::cuda
