#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeUpdateLossScale(StepRequest &request)
{
    return makeLoop([op = request.op, a = request.attributes<LossScaleAttributes>()](const StepMemory &memory) {
        float *state = memory.at<float>(op.inputs[0]);
        float &scale = state[0], &goodSteps = state[1], &flag = state[2], &skipped = state[3];
        if (flag != 0.0f) {
            scale = std::max(scale * a.backoff, a.smallest);
            goodSteps = 0.0f;
            skipped += 1.0f;
        } else if (++goodSteps >= static_cast<float>(a.growthInterval)) {
            scale = std::min(scale * a.growth, a.largest);
            goodSteps = 0.0f;
        }
        flag = 0.0f;
    });
}

}  // namespace trainyard::cpu
