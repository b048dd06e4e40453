#include <numeric>

#include "engine/backends/cpu/row_teams.h"
#include "engine/backends/cpu/step.h"
#include "engine/ops/row_losses.h"

namespace trainyard::cpu {

// Sums of fixed stretches of rows are added up in the end: the same bits whatever the number of threads.
constexpr std::int64_t kStretch = 1024;

std::unique_ptr<Step> makeRowLoss(StepRequest &request)
{
    const auto attributes = request.attributes<RowLossAttributes>();
    const RowCut cut = rowCutOf(attributes.kind, request.inputShape(0));
    const bool indices = request.list.value(request.op.inputs[1]).type.dtype == DType::I32;
    const auto stretches = static_cast<std::size_t>((cut.rows + kStretch - 1) / kStretch);
    request.scratchBytes = stretches * sizeof(double);
    return withRowLoss(attributes.kind, [&](auto kind) {
        constexpr RowLossKind kKind = kind();
        return makeLoop([op = request.op, threads = request.threads, attributes, cut, indices, stretches](const StepMemory &memory) {
            const float *x = memory.at<float>(op.inputs[0]);
            const RowTargets targets{indices ? memory.at<std::int32_t>(op.inputs[1]) : nullptr, indices ? nullptr : memory.at<float>(op.inputs[1])};
            const std::int64_t valid = memory.scalars->validRows * cut.perSample;
            auto *sums = reinterpret_cast<double *>(memory.scratch);
            forPieces(stretches, threads, [&](std::size_t begin, std::size_t end) {
                for (std::size_t stretch = begin; stretch < end; ++stretch) {
                    const std::int64_t first = static_cast<std::int64_t>(stretch) * kStretch;
                    double sum = 0;
                    for (std::int64_t r = first; r < std::min(valid, first + kStretch); ++r) {
                        const LossRow<float, RowTeam> row(cut, x, targets, r, true);
                        sum += lossOf<kKind>(attributes, factsOf<kKind>(attributes, row), row);
                    }
                    sums[stretch] = sum;
                }
            });
            const double sum = std::accumulate(sums, sums + stretches, 0.0);
            *memory.at<float>(op.outputs[0]) = valid > 0 ? static_cast<float>(static_cast<double>(attributes.scale) * sum / static_cast<double>(valid)) : 0.0f;
        });
    });
}

}  // namespace trainyard::cpu
