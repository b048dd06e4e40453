#include "engine/backends/cuda/column_sum.h"
#include "engine/backends/cuda/entry_sums.h"
#include "engine/backends/cuda/row_teams.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/ops/axis_run.h"

namespace trainyard::cuda {

namespace {

// A team for each row: the run lies in memory one entry after the other.
template <int kLanes, typename T, typename Out>
__global__ void reduceRows(std::int64_t rows, int length, bool largest, float scale, const T *x, Out *y)
{
    using Team = RowTeam<kLanes>;
    for (std::int64_t round = Team::firstRow(); round < rows; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        const T *in = x + row * length;
        float result = largest ? -INFINITY : 0.0f;
        Team::template forColumns<1>(row < rows ? length : 0, [&](int c) {
            const float value = toFloat(in[c]);
            result = largest ? (value > result ? value : result) : result + value;
        });
        result = largest ? Team::reduce(result, Larger{}) : Team::reduce(result, Plus{});
        if (row < rows && Team::lane() == 0)
            y[row] = fromFloat<Out>(result * scale);
    }
}

struct Scaled {
    float scale;
    __device__ float operator()(float sum) const { return sum * scale; }
};

// One result per thread.
template <typename T>
__global__ void largestEntry(std::int64_t results, std::int64_t length, std::int64_t inner, const T *x, T *y)
{
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < results; i += stride) {
        const T *first = x + i / inner * length * inner + i % inner;
        float best = toFloat(first[0]);
        for (std::int64_t l = 1; l < length; ++l) {
            const float value = toFloat(first[l * inner]);
            best = value > best ? value : best;
        }
        y[i] = fromFloat<T>(best);
    }
}

template <typename T, typename Out>
Status reduceRun(cudaStream_t stream, const AxisRun &run, ReduceKind kind, const T *x, Out *y)
{
    const float scale = kind == ReduceKind::Mean ? 1.0f / static_cast<float>(run.length) : 1.0f;
    if (run.inner == 1) {
        const RowGrid grid = rowGrid(run.outer, run.length, false);
        return withLanes(grid.lanes, [&](auto lanes) {
            return launch(stream, reduceRows<lanes(), T, Out>, grid.blocks, grid.threads, run.outer, static_cast<int>(run.length), kind == ReduceKind::Max, scale,
                          x, y);
        });
    }
    if constexpr (std::is_same_v<T, Out>)
        if (kind == ReduceKind::Max)
            return launch(stream, largestEntry<T>, blocksFor(run.outer * run.inner), kBlockThreads, run.outer * run.inner, run.length, run.inner, x, y);
    constexpr int kPack = packElements<T>();
    const bool packed = run.inner % kPack == 0 && packsAligned(x, y);
    const ChannelTiles tiles = channelTiles(run.length, run.inner, packed ? kPack : 1, 1, 1);
    return launch(stream, packed ? sumEntries<kPack, Scaled, T, Out> : sumEntries<1, Scaled, T, Out>, static_cast<unsigned>(run.outer * tiles.tiles), kTileThreads,
                  tiles, Scaled{scale}, x, y);
}

}  // namespace

// A parameter's gradient comes out in float32.
StepResult makeReduce(StepRequest &request)
{
    const auto reduce = request.attributes<ReduceAttributes>();
    const ValueId x = request.op.inputs[0], y = request.op.outputs[0];
    const DType from = request.inputType(0).dtype, to = request.outputType().dtype;
    const AxisRun run = axisRun(request.inputShape(0), reduce.first, reduce.last);
    if (!isFloatType(from) || (to != from && (to != DType::F32 || reduce.kind == ReduceKind::Max)) || run.length > INT32_MAX || run.inner > INT32_MAX)
        return fail(ErrorCode::Unsupported, "The GPU cannot reduce {} {} to {}.", dtypeName(from), request.inputShape(0).text(), dtypeName(to));
    const bool columns = reduce.kind == ReduceKind::Sum && to == DType::F32 && run.outer == 1 && run.inner > 1;
    if (columns)
        request.scratchBytes = columnSumScratchBytes(run.length, run.inner);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) -> Status {
        if (columns)
            return columnSum(stream, from, memory.at<const std::byte>(x), run.length, run.inner, memory.at<float>(y), memory.scratch);
        return withFloatType(from, [&](auto zero) -> Status {
            using T = decltype(zero);
            return to == from ? reduceRun(stream, run, reduce.kind, memory.at<const T>(x), memory.at<T>(y))
                              : reduceRun(stream, run, reduce.kind, memory.at<const T>(x), memory.at<float>(y));
        });
    });
}

}  // namespace trainyard::cuda
