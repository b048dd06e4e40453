#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeAccumulateAccuracy(StepRequest &request)
{
    const Shape &shape = request.inputShape(0);
    const std::int64_t columns = shape.back(), perRow = shape.elements() / columns / shape[0];
    const bool indices = request.list.value(request.op.inputs[1]).type.dtype == DType::I32;
    return makeLoop([op = request.op, columns, perRow, indices](const StepMemory &memory) {
        const float *predictions = memory.at<float>(op.inputs[0]);
        double *sums = memory.at<double>(op.inputs[2]);
        const std::int64_t valid = memory.scalars->validRows * perRow;
        std::int64_t correct = 0;
        for (std::int64_t p = 0; p < valid; ++p) {
            const float *row = predictions + p * columns;
            const std::int64_t predicted = std::max_element(row, row + columns) - row;
            const float *weights = memory.at<float>(op.inputs[1]) + p * columns;
            const std::int64_t target =
                indices ? memory.at<std::int32_t>(op.inputs[1])[p] : std::max_element(weights, weights + columns) - weights;
            correct += predicted == target ? 1 : 0;
        }
        sums[0] += static_cast<double>(correct);
        sums[1] += static_cast<double>(valid);
    });
}

}  // namespace trainyard::cpu
