#include "engine/backends/cuda/class_targets.h"
#include "engine/backends/cuda/summed_up.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

struct Counts {
    double right = 0, counted = 0;
};

struct AddCounts {
    __device__ Counts operator()(Counts a, Counts b) const { return {a.right + b.right, a.counted + b.counted}; }
};

__device__ inline Counts fromLane(Counts counts, int distance)
{
    return {trainyard::cuda::fromLane(counts.right, distance), trainyard::cuda::fromLane(counts.counted, distance)};
}

// Whole numbers, so that the order in which blocks add them changes no bit.
__device__ inline void leaveCounts(Counts mine, unsigned long long *counts)
{
    const Counts all = reduceBlock(mine, AddCounts{});
    if (threadIdx.x != 0)
        return;
    atomicAdd(counts, static_cast<unsigned long long>(all.right));
    atomicAdd(counts + 1, static_cast<unsigned long long>(all.counted));
}

template <int kLanes, typename T>
__global__ void __launch_bounds__(kMostTeamThreads<kLanes>)
    countTopK(const T *predictions, ClassTargets targets, std::int64_t perRow, int columns, std::int64_t k, unsigned long long *counts, const StepScalars *scalars)
{
    using Team = RowTeam<kLanes>;
    const std::int64_t valid = scalars->validRows * perRow;
    Counts mine;
    for (std::int64_t round = Team::firstRow(); round < valid; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        const int width = row < valid ? columns : 0;
        const int target = targets.template at<kLanes>(row, width);
        const T *values = predictions + row * columns;
        const float wanted = target < 0 ? 0.0f : toFloat(values[target]);
        int before = 0;
        Team::template forColumns<1>(target < 0 ? 0 : width, [&](int c) {
            const float value = toFloat(values[c]);
            before += value > wanted || (value == wanted && c < target) ? 1 : 0;
        });
        before = Team::reduce(before, Plus{});
        if (target >= 0 && Team::lane() == 0) {
            mine.right += before < k ? 1 : 0;
            mine.counted += 1;
        }
    }
    leaveCounts(mine, counts);
}

__global__ void addCounts(const unsigned long long *counts, double *sums)
{
    sums[0] += static_cast<double>(counts[0]);
    sums[1] += static_cast<double>(counts[1]);
}

}  // namespace

StepResult makeAccumulateTopK(StepRequest &request)
{
    const ValueId predictions = request.op.inputs[0], targets = request.op.inputs[1], sums = request.op.inputs[2];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {predictions}));
    const auto attributes = request.attributes<TopKAttributes>();
    const Shape &shape = request.inputShape(0);
    const std::int64_t columns = shape.back(), rows = shape.elements() / columns, perRow = rows / shape[0];
    const bool indices = request.inputType(1).dtype == DType::I32;
    const RowGrid grid = rowGrid(rows, columns, true);
    request.scratchBytes = 2 * sizeof(unsigned long long);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) -> Status {
        auto *counts = reinterpret_cast<unsigned long long *>(memory.scratch);
        TRAINYARD_CHECK(check(cudaMemsetAsync(counts, 0, 2 * sizeof(unsigned long long), stream), "clear the counts"));
        TRAINYARD_CHECK(withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return withLanes(grid.lanes, [&](auto lanes) {
                return launch(stream, countTopK<lanes(), T>, grid.blocks, grid.threads, memory.at<const T>(predictions),
                              classTargetsAt(memory, targets, indices, attributes.ignoreIndex), perRow, static_cast<int>(columns), attributes.k, counts,
                              memory.scalars);
            });
        }));
        return launch(stream, addCounts, 1u, 1u, counts, memory.at<double>(sums));
    });
}

}  // namespace trainyard::cuda
