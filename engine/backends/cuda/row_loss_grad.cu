#include "engine/backends/cuda/row_loss_teams.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

template <RowLossKind kKind, int kLanes, typename In, typename Out>
__global__ void __launch_bounds__(kMostTeamThreads<kLanes>) rowLossSlopes(RowLossWork work, const In *x, Out *dx)
{
    using Team = RowTeam<kLanes>;
    const std::int64_t valid = work.scalars->validRows * work.cut.perSample;
    const float factor = valid > 0 ? work.attributes.scale / static_cast<float>(valid) : 0.0f;
    for (std::int64_t round = Team::firstRow(); round < work.cut.rows; round += Team::rowStride()) {
        const std::int64_t r = round + Team::index();
        const LossRow<In, LossTeam<kLanes>> row(work.cut, x, work.targets, r, r < valid);
        const RowFacts facts = factsOf<kKind>(work.attributes, row);
        if (r < work.cut.rows)
            for (std::int64_t i = Team::lane(); i < work.cut.length; i += kLanes)
                dx[work.cut.begin(r) + i * work.cut.stride] =
                    fromFloat<Out>(r < valid ? factor * slopeOf<kKind>(work.attributes, facts, row, i) : 0.0f);
    }
}

}  // namespace

StepResult makeRowLossGrad(StepRequest &request)
{
    const ValueId predictions = request.op.inputs[0], targets = request.op.inputs[1], dx = request.op.outputs[0];
    TRAINYARD_TRY(const DType from, commonFloatType(request, {predictions}));
    TRAINYARD_TRY(const DType to, commonFloatType(request, {dx}));
    if (to != from && to != DType::F32)
        return fail(ErrorCode::Unsupported, "The GPU has no row_loss_grad from {} to {}.", dtypeName(from), dtypeName(to));
    const auto attributes = request.attributes<RowLossAttributes>();
    const RowCut cut = rowCutOf(attributes.kind, request.inputShape(0));
    const bool indices = request.inputType(1).dtype == DType::I32;
    const RowGrid grid = lossGrid(cut, attributes.kind, false);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        const RowLossWork work{attributes, cut, rowTargetsAt(memory, targets, indices), memory.scalars};
        return withFloatType(from, [&](auto zero) {
            using In = decltype(zero);
            return withRowLoss(attributes.kind, [&](auto kind) {
                constexpr RowLossKind kKind = decltype(kind)::value;
                return withLossLanes<kKind>(grid.lanes, [&](auto lanes) {
                    constexpr int kLanes = decltype(lanes)::value;
                    if (to == from)
                        return launch(stream, rowLossSlopes<kKind, kLanes, In, In>, grid.blocks, grid.threads, work, memory.at<const In>(predictions),
                                      memory.at<In>(dx));
                    return launch(stream, rowLossSlopes<kKind, kLanes, In, float>, grid.blocks, grid.threads, work, memory.at<const In>(predictions),
                                  memory.at<float>(dx));
                });
            });
        });
    });
}

}  // namespace trainyard::cuda
