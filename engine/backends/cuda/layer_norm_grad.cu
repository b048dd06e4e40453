#include "engine/backends/cuda/part_sums.h"
#include "engine/backends/cuda/row_teams.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

struct RowStatistics {
    const float *mean, *inverse;  // by row
};

// The sums of dy and of dy times normalized x over the rows: the gradients of beta and gamma.
template <int kPack, typename T>
__global__ void parameterGradients(ChannelTiles tiles, RowStatistics statistics, const T *x, const T *dy, PartSums out)
{
    const TilePlace at = tilePlace(tiles, blockIdx.x, threadIdx.x);
    float sums[2 * kPack] = {}, ones[kPack];
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k)
        ones[k] = 1.0f;
    if (at.pack < tiles.packs) {
        const std::int64_t end = tiles.partEnd(at.part);
        TRAINYARD_UNROLL_BY_4
        for (std::int64_t row = at.firstRow; row < end; row += tiles.lanes()) {
            const std::int64_t offset = row * tiles.channels + at.pack * kPack;
            const float mean = statistics.mean[row], inverse = statistics.inverse[row];
            float values[kPack], gradients[kPack];
            loadFloats(x + offset, values);
            loadFloats(dy + offset, gradients);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k) {
                sums[k] += gradients[k];
                sums[kPack + k] += gradients[k] * ((values[k] - mean) * inverse);
            }
        }
    }
    leavePartSums<kPack>(tiles, at, sums, ones, out);
}

// dx = inverse (g - mean(g) - n mean(g n)), with g = dy gamma and n = (x - mean) inverse. dx may be dy.
template <int kLanes, int kPack, typename T>
__global__ void rowGradients(std::int64_t rows, int columns, RowStatistics statistics, const T *x, const T *dy, const float *gamma, T *dx)
{
    using Team = RowTeam<kLanes>;
    for (std::int64_t round = Team::firstRow(); round < rows; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        const int width = row < rows ? columns : 0;
        const float mean = width > 0 ? statistics.mean[row] : 0.0f, inverse = width > 0 ? statistics.inverse[row] : 0.0f;
        const std::int64_t offset = row * columns;
        const auto load = [&](int c, float (&normalized)[kPack], float (&gradients)[kPack]) {
            float scale[kPack];
            loadFloats(x + offset + c, normalized);
            loadFloats(dy + offset + c, gradients);
            loadFloats(gamma + c, scale);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k) {
                normalized[k] = (normalized[k] - mean) * inverse;
                gradients[k] *= scale[k];
            }
        };
        float sum = 0, dot = 0;
        Team::template forColumns<kPack>(width, [&](int c) {
            float n[kPack], g[kPack];
            load(c, n, g);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k) {
                sum += g[k];
                dot += g[k] * n[k];
            }
        });
        sum = Team::reduce(sum, Plus{}) / static_cast<float>(columns);
        dot = Team::reduce(dot, Plus{}) / static_cast<float>(columns);
        Team::template forColumns<kPack>(width, [&](int c) {
            float n[kPack], g[kPack];
            load(c, n, g);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                g[k] = inverse * (g[k] - sum - n[k] * dot);
            storeFloats(dx + offset + c, g);
        });
    }
}

}  // namespace

StepResult makeLayerNormGrad(StepRequest &request)
{
    const Op op = request.op;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[0], op.inputs[1], op.outputs[0]}));
    const std::int64_t columns = request.inputShape(0).back(), rows = request.inputShape(0).elements() / columns;
    const int most = dtype == DType::F32 ? packElements<float>() : packElements<__half>(), pack = columns % most == 0 ? most : 1;
    const ChannelTiles tiles = channelTiles(rows, columns, pack, 16, 1024);
    const RowGrid grid = rowGrid(rows, columns, false);
    request.scratchBytes = partSumBytes(tiles);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            const T *x = memory.at<T>(op.inputs[0]), *dy = memory.at<T>(op.inputs[1]);
            const RowStatistics statistics{memory.at<float>(op.inputs[3]), memory.at<float>(op.inputs[4])};
            return withRowPack<T>(columns, true, [&](auto pack) -> Status {
                // First what reads dy, then what may write over it.
                const PartSums out{reinterpret_cast<float *>(memory.scratch), memory.at<float>(op.outputs[2]), memory.at<float>(op.outputs[1])};
                TRAINYARD_CHECK(launch(stream, parameterGradients<pack(), T>, tiles.blocks(), kTileThreads, tiles, statistics, x, dy, out));
                TRAINYARD_CHECK(finishPartSums(stream, tiles, out));
                return withLanes(grid.lanes, [&](auto lanes) {
                    return launch(stream, rowGradients<lanes(), pack(), T>, grid.blocks, grid.threads, rows, columns, statistics, x, dy,
                                  memory.at<const float>(op.inputs[2]), memory.at<T>(op.outputs[0]));
                });
            });
        });
    });
}

}  // namespace trainyard::cuda
