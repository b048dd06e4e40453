#include "engine/backends/cpu/class_targets.h"
#include "engine/backends/cpu/row_teams.h"
#include "engine/ops/row_losses.h"

namespace trainyard::cpu {

static std::unique_ptr<Step> makeBinary(StepRequest &request)
{
    const RowCut cut = rowCutOf(RowLossKind::BinaryCrossEntropy, request.inputShape(0));
    const bool indices = request.list.value(request.op.inputs[1]).type.dtype == DType::I32;
    return makeLoop([op = request.op, cut, indices](const StepMemory &memory) {
        const RowTargets targets{indices ? memory.at<std::int32_t>(op.inputs[1]) : nullptr, indices ? nullptr : memory.at<float>(op.inputs[1])};
        double *table = memory.at<double>(op.inputs[2]);
        for (std::int64_t r = 0; r < memory.scalars->validRows * cut.perSample; ++r) {
            const LossRow<float, RowTeam> row(cut, memory.at<float>(op.inputs[0]), targets, r, true);
            table[2 * (row.t(0) > 0.5f ? 1 : 0) + (row.x(0) > 0.0f ? 1 : 0)] += 1;
        }
    });
}

std::unique_ptr<Step> makeAccumulateConfusion(StepRequest &request)
{
    const auto attributes = request.attributes<ConfusionAttributes>();
    if (attributes.binary)
        return makeBinary(request);
    const ClassTargets targets(request, attributes.ignoreIndex);
    const std::int64_t perSample = request.inputShape(0).elements() / targets.columns / request.inputShape(0)[0];
    return makeLoop([op = request.op, targets, perSample](const StepMemory &memory) {
        double *table = memory.at<double>(op.inputs[2]);
        for (std::int64_t p = 0; p < memory.scalars->validRows * perSample; ++p)
            if (const std::int64_t target = targets.at(memory, p); target >= 0) {
                const float *row = memory.at<float>(op.inputs[0]) + p * targets.columns;
                table[target * targets.columns + (std::max_element(row, row + targets.columns) - row)] += 1;
            }
    });
}

}  // namespace trainyard::cpu
