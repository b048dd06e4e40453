#include <cstring>

#include "engine/backends/cpu/step.h"
#include "engine/ops/axis_run.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeConcat(StepRequest &request)
{
    const std::int64_t axis = request.attributes<ConcatAttributes>().axis;
    std::vector<std::size_t> rows;  // elements of each input per outer block
    for (std::size_t i = 0; i < request.op.inputs.size(); ++i) {
        const AxisRun split = axisRun(request.inputShape(i), axis);
        rows.push_back(static_cast<std::size_t>(split.length * split.inner));
    }
    const std::int64_t outer = axisRun(request.outputShape(), axis).outer;
    return makeLoop([op = request.op, rows, outer](const StepMemory &memory) {
        float *y = memory.at<float>(op.outputs[0]);
        for (std::int64_t o = 0; o < outer; ++o)
            for (std::size_t i = 0; i < rows.size(); ++i) {
                std::memcpy(y, memory.at<float>(op.inputs[i]) + static_cast<std::size_t>(o) * rows[i], rows[i] * sizeof(float));
                y += rows[i];
            }
    });
}

}  // namespace trainyard::cpu
