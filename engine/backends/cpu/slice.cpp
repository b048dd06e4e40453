#include <cstring>

#include "engine/backends/cpu/step.h"
#include "engine/ops/axis_run.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeSlice(StepRequest &request)
{
    const auto attributes = request.attributes<SliceAttributes>();
    const AxisRun x = axisRun(request.inputShape(0), attributes.axis);
    return makeLoop([op = request.op, attributes, x](const StepMemory &memory) {
        const auto count = static_cast<std::size_t>(attributes.length * x.inner);
        for (std::int64_t o = 0; o < x.outer; ++o)
            std::memcpy(memory.at<float>(op.outputs[0]) + static_cast<std::size_t>(o) * count,
                        memory.at<float>(op.inputs[0]) + (o * x.length + attributes.begin) * x.inner, count * sizeof(float));
    });
}

}  // namespace trainyard::cpu
