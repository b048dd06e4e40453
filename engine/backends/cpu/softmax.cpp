#include "engine/backends/cpu/softmax_rows.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeSoftmax(StepRequest &request)
{
    const std::int64_t columns = request.outputShape().back();
    const std::int64_t rows = request.outputShape().elements() / columns;
    return makeLoop([op = request.op, rows, columns](const StepMemory &memory) {
        for (std::int64_t r = 0; r < rows; ++r)
            softmaxRow(memory.at<float>(op.inputs[0]) + r * columns, columns, memory.at<float>(op.outputs[0]) + r * columns);
    });
}

}  // namespace trainyard::cpu
