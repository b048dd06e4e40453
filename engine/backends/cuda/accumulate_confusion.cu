#include "engine/backends/cuda/class_targets.h"
#include "engine/backends/cuda/row_loss_teams.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// Positions are counted in whole numbers, so that the order in which threads add them changes no bit.
template <int kLanes, typename T>
__global__ void __launch_bounds__(kMostTeamThreads<kLanes>)
    countClasses(const T *predictions, ClassTargets targets, std::int64_t perRow, int columns, std::uint32_t *table, const StepScalars *scalars)
{
    using Team = RowTeam<kLanes>;
    const std::int64_t valid = scalars->validRows * perRow;
    for (std::int64_t round = Team::firstRow(); round < valid; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        const int width = row < valid ? columns : 0;
        const int target = targets.template at<kLanes>(row, width);
        const int predicted = largestColumn<kLanes>(predictions + row * columns, width);
        if (target >= 0 && Team::lane() == 0)
            atomicAdd(table + static_cast<std::int64_t>(target) * columns + predicted, 1u);
    }
}

template <typename T>
__global__ void countAnswers(RowCut cut, const T *predictions, RowTargets targets, std::uint32_t *table, const StepScalars *scalars)
{
    const std::int64_t valid = scalars->validRows * cut.perSample, stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t r = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; r < valid; r += stride) {
        const LossRow<T, LossTeam<1>> row(cut, predictions, targets, r, true);
        atomicAdd(table + 2 * (row.t(0) > 0.5f ? 1 : 0) + (row.x(0) > 0.0f ? 1 : 0), 1u);
    }
}

__global__ void addTable(const std::uint32_t *table, double *sums, std::int64_t count)
{
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride)
        sums[i] += static_cast<double>(table[i]);
}

}  // namespace

StepResult makeAccumulateConfusion(StepRequest &request)
{
    const ValueId predictions = request.op.inputs[0], targets = request.op.inputs[1], sums = request.op.inputs[2];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {predictions}));
    const auto attributes = request.attributes<ConfusionAttributes>();
    const Shape &shape = request.inputShape(0);
    const std::int64_t columns = shape.back(), rows = shape.elements() / columns, perRow = rows / shape[0];
    const bool indices = request.inputType(1).dtype == DType::I32;
    const RowCut cut = rowCutOf(RowLossKind::BinaryCrossEntropy, shape);
    const std::int64_t cells = attributes.binary ? 4 : columns * columns;
    const RowGrid grid = rowGrid(rows, columns, false);
    request.scratchBytes = static_cast<std::uint64_t>(cells) * sizeof(std::uint32_t);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) -> Status {
        auto *table = reinterpret_cast<std::uint32_t *>(memory.scratch);
        TRAINYARD_CHECK(check(cudaMemsetAsync(table, 0, static_cast<std::size_t>(cells) * sizeof(std::uint32_t), stream), "clear the table"));
        TRAINYARD_CHECK(withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            if (attributes.binary)
                return launch(stream, countAnswers<T>, blocksFor(cut.rows), kBlockThreads, cut, memory.at<const T>(predictions),
                              rowTargetsAt(memory, targets, indices), table, memory.scalars);
            return withLanes(grid.lanes, [&](auto lanes) {
                return launch(stream, countClasses<lanes(), T>, grid.blocks, grid.threads, memory.at<const T>(predictions),
                              classTargetsAt(memory, targets, indices, attributes.ignoreIndex), perRow, static_cast<int>(columns), table, memory.scalars);
            });
        }));
        return launch(stream, addTable, blocksFor(cells), kBlockThreads, table, memory.at<double>(sums), cells);
    });
}

}  // namespace trainyard::cuda
