// The products are worked out twice, once for dq and once for dk and dv, so that each result has one block that adds it up: no atomics.
#include "engine/backends/cuda/attention_tiles.h"
#include "engine/backends/cuda/row_teams.h"

namespace trainyard::cuda {

namespace {

template <typename T>
struct AttentionGradOperands {
    const T *q, *k, *v, *dy, *mask;
    const float *logSums, *deltas;  // deltas: [sample][query][head]
    T *dq, *dk, *dv;

    __device__ bool shows(std::int64_t sample, int keys, int key) const { return !mask || toFloat(mask[sample * keys + key]) != 0.0f; }
};

// delta: the sum of weight times its gradient over the keys, which is that of y dy over the head's columns.
template <int kLanes, int kPack, typename T>
__global__ void headDots(std::int64_t rows, int size, const T *y, const T *dy, float *deltas)
{
    using Team = RowTeam<kLanes>;
    for (std::int64_t round = Team::firstRow(); round < rows; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        float sum = 0;
        Team::template forColumns<kPack>(row < rows ? size : 0, [&](int c) {
            float a[kPack], b[kPack];
            loadFloats(y + row * size + c, a);
            loadFloats(dy + row * size + c, b);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                sum += a[k] * b[k];
        });
        sum = Team::reduce(sum, Plus{});
        if (row < rows && Team::lane() == 0)
            deltas[row] = sum;
    }
}

template <int kSlice, typename T>
__global__ void __launch_bounds__(kBlockThreads) queryGradient(AttentionSizes sizes, int slices, AttentionGradOperands<T> p)
{
    __shared__ TileChunks chunks;
    __shared__ float weights[kTile * kTilePitch];
    const TilePosition at(slices, sizes.queryTiles(), sizes.heads);
    const int first = at.tile * kTile, rows = min(kTile, sizes.queries - first), column = at.slice * kSlice;
    const int queryWidth = sizes.queryWidth(), keyWidth = sizes.keyWidth();
    const std::int64_t from = sizes.queriesFrom(at.sample, at.head) + static_cast<std::int64_t>(first) * queryWidth;
    const std::int64_t keysFrom = sizes.keysFrom(at.sample, at.head / (sizes.heads / sizes.keyHeads));
    const HeadRows<T> queries{p.q + from, rows, queryWidth, sizes.size}, gradients{p.dy + from, rows, queryWidth, sizes.size};
    float logSum[kTileShare], delta[kTileShare];
    TRAINYARD_UNROLL
    for (int i = 0; i < kTileShare; ++i) {
        const bool there = tileRow(i) < rows;
        logSum[i] = there ? p.logSums[sizes.logSumsFrom(at.sample, at.head) + first + tileRow(i)] : 0.0f;
        delta[i] = there ? p.deltas[(at.sample * sizes.queries + first + tileRow(i)) * sizes.heads + at.head] : 0.0f;
    }
    TileResult<kSlice> dq;
    const int seen = sizes.seenBy(first + rows - 1);
    for (int key = 0; key < seen; key += kTile) {
        const int count = min(kTile, sizes.keys - key);
        const std::int64_t keyAt = keysFrom + static_cast<std::int64_t>(key) * keyWidth;
        const HeadRows<T> keys{p.k + keyAt, count, keyWidth, sizes.size}, values{p.v + keyAt, count, keyWidth, sizes.size};
        float products[kTileShare][kTileShare], dweights[kTileShare][kTileShare];
        tileProducts(chunks, queries, keys, products);
        tileProducts(chunks, gradients, values, dweights);
        TRAINYARD_UNROLL
        for (int i = 0; i < kTileShare; ++i) {
            const int visible = sizes.seenBy(first + tileRow(i));
            TRAINYARD_UNROLL
            for (int j = 0; j < kTileShare; ++j) {
                const int k = key + tileColumn(j);
                const bool sees = tileRow(i) < rows && k < visible && p.shows(at.sample, sizes.keys, k);
                const float weight = sees ? expf(products[i][j] * sizes.scale - logSum[i]) : 0.0f;
                weights[tileRow(i) * kTilePitch + tileColumn(j)] = weight * (dweights[i][j] - delta[i]) * sizes.scale;
            }
        }
        dq.addProduct(chunks, weights, keys, column);
    }
    dq.store(p.dq + from, rows, queryWidth, column, sizes.size);
}

// A tile of keys against all queries of all heads that the key head serves: rows are keys, columns are queries.
template <int kSlice, typename T>
__global__ void __launch_bounds__(kBlockThreads) keyGradients(AttentionSizes sizes, int slices, AttentionGradOperands<T> p)
{
    __shared__ TileChunks chunks;
    __shared__ float weights[kTile * kTilePitch];
    const TilePosition at(slices, sizes.keyTiles(), sizes.keyHeads);
    const int first = at.tile * kTile, rows = min(kTile, sizes.keys - first), column = at.slice * kSlice, group = sizes.heads / sizes.keyHeads;
    const int queryWidth = sizes.queryWidth(), keyWidth = sizes.keyWidth();
    const std::int64_t from = sizes.keysFrom(at.sample, at.head) + static_cast<std::int64_t>(first) * keyWidth;
    const HeadRows<T> keys{p.k + from, rows, keyWidth, sizes.size}, values{p.v + from, rows, keyWidth, sizes.size};
    bool shown[kTileShare];
    TRAINYARD_UNROLL
    for (int i = 0; i < kTileShare; ++i)
        shown[i] = tileRow(i) < rows && p.shows(at.sample, sizes.keys, first + tileRow(i));
    TileResult<kSlice> dk, dv;
    for (int head = at.head * group; head < (at.head + 1) * group; ++head)
        for (int query = 0; query < sizes.queries; query += kTile) {
            const int count = min(kTile, sizes.queries - query);
            if (sizes.seenBy(query + count - 1) <= first)
                continue;  // none of these queries sees any of these keys
            const std::int64_t queryAt = sizes.queriesFrom(at.sample, head) + static_cast<std::int64_t>(query) * queryWidth;
            const HeadRows<T> queries{p.q + queryAt, count, queryWidth, sizes.size}, gradients{p.dy + queryAt, count, queryWidth, sizes.size};
            float products[kTileShare][kTileShare], dweights[kTileShare][kTileShare];
            tileProducts(chunks, keys, queries, products);
            tileProducts(chunks, values, gradients, dweights);
            TRAINYARD_UNROLL
            for (int j = 0; j < kTileShare; ++j) {
                const int q = query + tileColumn(j);
                const bool there = tileColumn(j) < count;
                const int visible = there ? sizes.seenBy(q) : 0;
                const float logSum = there ? p.logSums[sizes.logSumsFrom(at.sample, head) + q] : 0.0f;
                const float delta = there ? p.deltas[(at.sample * sizes.queries + q) * sizes.heads + head] : 0.0f;
                TRAINYARD_UNROLL
                for (int i = 0; i < kTileShare; ++i) {
                    const bool seen = shown[i] && first + tileRow(i) < visible;
                    products[i][j] = seen ? expf(products[i][j] * sizes.scale - logSum) : 0.0f;
                    dweights[i][j] = products[i][j] * (dweights[i][j] - delta) * sizes.scale;
                    weights[tileRow(i) * kTilePitch + tileColumn(j)] = products[i][j];
                }
            }
            dv.addProduct(chunks, weights, gradients, column);
            __syncthreads();
            TRAINYARD_UNROLL
            for (int i = 0; i < kTileShare; ++i)
                TRAINYARD_UNROLL
                for (int j = 0; j < kTileShare; ++j)
                    weights[tileRow(i) * kTilePitch + tileColumn(j)] = dweights[i][j];
            dk.addProduct(chunks, weights, queries, column);
        }
    dk.store(p.dk + from, rows, keyWidth, column, sizes.size);
    dv.store(p.dv + from, rows, keyWidth, column, sizes.size);
}

}  // namespace

StepResult makeAttentionGrad(StepRequest &request)
{
    const Op op = request.op;
    const ValueId mask = request.hasInput(6) ? op.inputs[6] : kNoValue;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[0], op.inputs[1], op.inputs[2], op.inputs[3], op.inputs[4],
                                                               mask == kNoValue ? op.inputs[0] : mask, op.outputs[0], op.outputs[1], op.outputs[2]}));
    const AttentionSizes sizes = attentionSizes(request);
    const std::int64_t rows = sizes.samples * sizes.queries * sizes.heads;
    const RowGrid grid = rowGrid(rows, sizes.size, false);
    request.scratchBytes = static_cast<std::uint64_t>(rows) * sizeof(float);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) -> Status {
            using T = decltype(zero);
            const T *y = memory.at<T>(op.inputs[3]), *dy = memory.at<T>(op.inputs[4]);
            auto *deltas = reinterpret_cast<float *>(memory.scratch);
            const AttentionGradOperands<T> operands{memory.at<T>(op.inputs[0]), memory.at<T>(op.inputs[1]), memory.at<T>(op.inputs[2]), dy, memory.at<T>(mask),
                                       memory.at<float>(op.inputs[5]), deltas, memory.at<T>(op.outputs[0]), memory.at<T>(op.outputs[1]),
                                       memory.at<T>(op.outputs[2])};
            TRAINYARD_CHECK(withLanes(grid.lanes, [&](auto lanes) {
                return withRowPack<T>(sizes.size, packsAligned(y, dy), [&](auto pack) {
                    return launch(stream, headDots<lanes(), pack(), T>, grid.blocks, grid.threads, rows, sizes.size, y, dy, deltas);
                });
            }));
            return withSlice(sizes.size, [&](auto slice) -> Status {
                const int slices = (sizes.size + slice() - 1) / slice();
                const std::int64_t queryBlocks = sizes.samples * sizes.heads * sizes.queryTiles() * slices;
                const std::int64_t keyBlocks = sizes.samples * sizes.keyHeads * sizes.keyTiles() * slices;
                TRAINYARD_CHECK(launch(stream, queryGradient<slice(), T>, static_cast<unsigned>(queryBlocks), kBlockThreads, sizes, slices, operands));
                return launch(stream, keyGradients<slice(), T>, static_cast<unsigned>(keyBlocks), kBlockThreads, sizes, slices, operands);
            });
        });
    });
}

}  // namespace trainyard::cuda
