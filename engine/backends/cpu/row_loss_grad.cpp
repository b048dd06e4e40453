#include "engine/backends/cpu/row_teams.h"
#include "engine/backends/cpu/step.h"
#include "engine/ops/row_losses.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeRowLossGrad(StepRequest &request)
{
    const auto attributes = request.attributes<RowLossAttributes>();
    const RowCut cut = rowCutOf(attributes.kind, request.inputShape(0));
    const bool indices = request.list.value(request.op.inputs[1]).type.dtype == DType::I32;
    return withRowLoss(attributes.kind, [&](auto kind) {
        constexpr RowLossKind kKind = kind();
        return makeLoop([op = request.op, threads = request.threads, attributes, cut, indices](const StepMemory &memory) {
            const float *x = memory.at<float>(op.inputs[0]);
            float *dx = memory.at<float>(op.outputs[0]);
            const RowTargets targets{indices ? memory.at<std::int32_t>(op.inputs[1]) : nullptr, indices ? nullptr : memory.at<float>(op.inputs[1])};
            const std::int64_t valid = memory.scalars->validRows * cut.perSample;
            const float factor = valid > 0 ? attributes.scale / static_cast<float>(valid) : 0.0f;
            forPieces(static_cast<std::size_t>(cut.rows), threads, [&](std::size_t begin, std::size_t end) {
                for (auto r = static_cast<std::int64_t>(begin); r < static_cast<std::int64_t>(end); ++r) {
                    const LossRow<float, RowTeam> row(cut, x, targets, r, r < valid);
                    const RowFacts facts = r < valid ? factsOf<kKind>(attributes, row) : RowFacts{};
                    for (std::int64_t i = 0; i < cut.length; ++i)
                        dx[cut.begin(r) + i * cut.stride] = r < valid ? factor * slopeOf<kKind>(attributes, facts, row, i) : 0.0f;
                }
            });
        });
    });
}

}  // namespace trainyard::cpu
