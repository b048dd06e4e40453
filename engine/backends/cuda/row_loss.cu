#include "engine/backends/cuda/row_loss_teams.h"
#include "engine/backends/cuda/summed_up.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

template <RowLossKind kKind, int kLanes, typename T>
__global__ void __launch_bounds__(kMostTeamThreads<kLanes>) sumRowLosses(RowLossWork work, const T *x, double *partials, MeanLoss finish)
{
    using Team = RowTeam<kLanes>;
    const std::int64_t valid = work.scalars->validRows * work.cut.perSample;
    double loss = 0;
    for (std::int64_t round = Team::firstRow(); round < valid; round += Team::rowStride()) {
        const std::int64_t r = round + Team::index();
        const LossRow<T, LossTeam<kLanes>> row(work.cut, x, work.targets, r, r < valid);
        const double own = lossOf<kKind>(work.attributes, factsOf<kKind>(work.attributes, row), row);
        if (r < valid && Team::lane() == 0)
            loss += own;
    }
    leaveSum(loss, partials, finish, work.scalars);
}

}  // namespace

StepResult makeRowLoss(StepRequest &request)
{
    const ValueId predictions = request.op.inputs[0], targets = request.op.inputs[1], loss = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {predictions}));
    const auto attributes = request.attributes<RowLossAttributes>();
    const RowCut cut = rowCutOf(attributes.kind, request.inputShape(0));
    const bool indices = request.inputType(1).dtype == DType::I32;
    const RowGrid grid = lossGrid(cut, attributes.kind, true);
    request.scratchBytes = partialBytes(grid.blocks);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) -> Status {
        const RowLossWork work{attributes, cut, rowTargetsAt(memory, targets, indices), memory.scalars};
        const MeanLoss finish{memory.at<float>(loss), attributes.scale, cut.perSample};
        double *partials = reinterpret_cast<double *>(memory.scratch);
        TRAINYARD_CHECK(withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return withRowLoss(attributes.kind, [&](auto kind) {
                constexpr RowLossKind kKind = decltype(kind)::value;
                return withLossLanes<kKind>(grid.lanes, [&](auto lanes) {
                    return launch(stream, sumRowLosses<kKind, decltype(lanes)::value, T>, grid.blocks, grid.threads, work,
                                  memory.at<const T>(predictions), partials, finish);
                });
            });
        }));
        return finishSum(stream, grid.blocks, partials, finish, memory.scalars);
    });
}

}  // namespace trainyard::cuda
