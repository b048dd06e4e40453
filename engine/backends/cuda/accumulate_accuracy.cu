#include "engine/backends/cuda/row_teams.h"
#include "engine/backends/cuda/summed_up.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

struct LargestEntry {
    float value;
    int column;
};

// Of equal ones the first.
struct FirstLargest {
    __device__ LargestEntry operator()(LargestEntry a, LargestEntry b) const
    {
        return b.value > a.value || (b.value == a.value && b.column < a.column) ? b : a;
    }
};

__device__ inline LargestEntry fromLane(LargestEntry entry, int distance)
{
    return {trainyard::cuda::fromLane(entry.value, distance), trainyard::cuda::fromLane(entry.column, distance)};
}

// For every lane of the team. width 0: the team has no row.
template <int kLanes, typename T>
__device__ inline int largestColumn(const T *row, int width)
{
    LargestEntry mine{-INFINITY, 0};  // a row of numbers that are none counts as its first
    RowTeam<kLanes>::template forColumns<1>(width, [&](int c) {
        const float value = toFloat(row[c]);
        if (value > mine.value)
            mine = {value, c};
    });
    return RowTeam<kLanes>::reduce(mine, FirstLargest{}).column;
}

template <int kLanes, typename T>
__global__ void __launch_bounds__(kMostTeamThreads<kLanes>)
    countCorrect(const T *predictions, const std::int32_t *classes, const float *weights, std::int64_t perRow, int columns, double *partials,
                 AddToMetric finish, const StepScalars *scalars)
{
    using Team = RowTeam<kLanes>;
    const std::int64_t valid = scalars->validRows * perRow;
    double correct = 0;
    for (std::int64_t round = Team::firstRow(); round < valid; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        const int width = row < valid ? columns : 0;
        const int predicted = largestColumn<kLanes>(predictions + row * columns, width);
        const int target = classes ? (row < valid ? classes[row] : -1) : largestColumn<kLanes>(weights + row * columns, width);
        if (row < valid && Team::lane() == 0 && predicted == target)
            correct += 1;
    }
    leaveSum(correct, partials, finish, scalars);
}

}  // namespace

StepResult makeAccumulateAccuracy(StepRequest &request)
{
    const ValueId predictions = request.op.inputs[0], targets = request.op.inputs[1], sums = request.op.inputs[2];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {predictions}));
    const Shape &shape = request.inputShape(0);
    const std::int64_t columns = shape.back(), rows = shape.elements() / columns, perRow = rows / shape[0];
    const bool indices = request.inputType(1).dtype == DType::I32;
    const RowGrid grid = rowGrid(rows, columns, true);
    request.scratchBytes = partialBytes(grid.blocks);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) -> Status {
        const AddToMetric finish{memory.at<double>(sums), perRow};
        double *partials = reinterpret_cast<double *>(memory.scratch);
        TRAINYARD_CHECK(withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return withLanes(grid.lanes, [&](auto lanes) {
                return launch(stream, countCorrect<lanes(), T>, grid.blocks, grid.threads, memory.at<const T>(predictions),
                              indices ? memory.at<std::int32_t>(targets) : nullptr, indices ? nullptr : memory.at<float>(targets), perRow,
                              columns, partials, finish, memory.scalars);
            });
        }));
        return finishSum(stream, grid.blocks, partials, finish, memory.scalars);
    });
}

}  // namespace trainyard::cuda
