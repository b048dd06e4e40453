#include <cmath>

#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeUnscaleGradients(StepRequest &request)
{
    std::vector<std::size_t> counts;
    for (std::size_t i = 1; i < request.op.inputs.size(); ++i)
        counts.push_back(static_cast<std::size_t>(request.inputShape(i).elements()));
    return makeLoop([op = request.op, counts](const StepMemory &memory) {
        float *state = memory.at<float>(op.inputs[0]);
        bool finite = true;
        for (std::size_t k = 0; k < counts.size(); ++k) {
            float *g = memory.at<float>(op.inputs[k + 1]);
            for (std::size_t i = 0; i < counts[k]; ++i) {
                finite = finite && std::isfinite(g[i]);
                g[i] /= state[0];
            }
        }
        if (!finite)
            state[2] = 1.0f;
    });
}

}  // namespace trainyard::cpu
