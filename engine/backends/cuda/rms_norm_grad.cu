#include "engine/backends/cuda/column_sum.h"
#include "engine/backends/cuda/channel_tiles.h"
#include "engine/backends/cuda/row_teams.h"
#include "engine/backends/cuda/tile_sums.h"
#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// The sums of dy times normalized x over each part of the rows: [part][channel].
template <int kPack, typename T>
__global__ void parameterGradient(ChannelTiles tiles, const T *x, const T *dy, const float *inverses, float *sums)
{
    const TilePlace at = tilePlace(tiles, blockIdx.x, threadIdx.x);
    float mine[kPack] = {};
    if (at.pack < tiles.packs) {
        const std::int64_t end = tiles.partEnd(at.part);
        TRAINYARD_UNROLL_BY_4
        for (std::int64_t row = at.firstRow; row < end; row += tiles.lanes()) {
            const std::int64_t offset = row * tiles.channels + at.pack * kPack;
            const float inverse = inverses[row];
            float values[kPack], gradients[kPack];
            loadFloats(x + offset, values);
            loadFloats(dy + offset, gradients);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                mine[k] += gradients[k] * (values[k] * inverse);
        }
    }
    const float *totals = sumTile<kPack>(mine, tiles.width);
    const int lane = static_cast<int>(threadIdx.x);
    if (at.pack >= tiles.packs || lane >= tiles.width)
        return;
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k)
        sums[static_cast<std::int64_t>(at.part) * tiles.channels + at.pack * kPack + k] = totals[k * tiles.width + lane];
}

// dx = inverse (g - n mean(g n)), with g = dy gamma and n = x inverse. dx may be dy.
template <int kLanes, int kPack, typename T>
__global__ void rmsRowGradients(std::int64_t rows, int columns, const T *x, const T *dy, const float *gamma, const float *inverses, T *dx)
{
    using Team = RowTeam<kLanes>;
    for (std::int64_t round = Team::firstRow(); round < rows; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index(), offset = row * columns;
        const int width = row < rows ? columns : 0;
        const float inverse = width > 0 ? inverses[row] : 0.0f;
        const auto load = [&](int c, float (&normalized)[kPack], float (&gradients)[kPack]) {
            float scale[kPack];
            loadFloats(x + offset + c, normalized);
            loadFloats(dy + offset + c, gradients);
            loadFloats(gamma + c, scale);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k) {
                normalized[k] *= inverse;
                gradients[k] *= scale[k];
            }
        };
        float dot = 0;
        Team::template forColumns<kPack>(width, [&](int c) {
            float n[kPack], g[kPack];
            load(c, n, g);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                dot += g[k] * n[k];
        });
        dot = Team::reduce(dot, Plus{}) / static_cast<float>(columns);
        Team::template forColumns<kPack>(width, [&](int c) {
            float n[kPack], g[kPack];
            load(c, n, g);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                g[k] = inverse * (g[k] - n[k] * dot);
            storeFloats(dx + offset + c, g);
        });
    }
}

}  // namespace

StepResult makeRmsNormGrad(StepRequest &request)
{
    const Op op = request.op;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[0], op.inputs[1], op.outputs[0]}));
    const std::int64_t columns = request.inputShape(0).back(), rows = request.inputShape(0).elements() / columns;
    const int most = dtype == DType::F32 ? packElements<float>() : packElements<__half>(), pack = columns % most == 0 ? most : 1;
    const ChannelTiles tiles = channelTiles(rows, columns, pack, 16, 1024);
    const RowGrid grid = rowGrid(rows, columns, false);
    ScratchLayout scratch;
    const std::uint64_t parts = scratch.take(tiles.parts > 1 ? static_cast<std::uint64_t>(tiles.parts * columns) * sizeof(float) : 0);
    const std::uint64_t merging = scratch.take(tiles.parts > 1 ? columnSumScratchBytes(tiles.parts, columns) : 0);
    request.scratchBytes = scratch.bytes();
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            const T *x = memory.at<T>(op.inputs[0]), *dy = memory.at<T>(op.inputs[1]);
            const float *inverses = memory.at<float>(op.inputs[3]);
            float *dgamma = memory.at<float>(op.outputs[1]), *sums = tiles.parts > 1 ? reinterpret_cast<float *>(memory.scratch + parts) : dgamma;
            return withRowPack<T>(columns, true, [&](auto pack) -> Status {
                // First what reads dy, then what may write over it.
                TRAINYARD_CHECK(launch(stream, parameterGradient<pack(), T>, tiles.blocks(), kTileThreads, tiles, x, dy, inverses, sums));
                if (tiles.parts > 1)
                    TRAINYARD_CHECK(columnSum(stream, DType::F32, sums, tiles.parts, columns, dgamma, memory.scratch + merging));
                return withLanes(grid.lanes, [&](auto lanes) {
                    return launch(stream, rmsRowGradients<lanes(), pack(), T>, grid.blocks, grid.threads, rows, columns, x, dy,
                                  memory.at<const float>(op.inputs[2]), inverses, memory.at<T>(op.outputs[0]));
                });
            });
        });
    });
}

}  // namespace trainyard::cuda
