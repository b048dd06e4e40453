#include "engine/backends/cuda/attention_tiles.h"

namespace trainyard::cuda {

namespace {

// The softmax of a thread's rows over the keys seen so far; the 16 threads of a row agree.
struct RunningSoftmax {
    float largest[kTileShare], sum[kTileShare];

    __device__ RunningSoftmax()
    {
        TRAINYARD_UNROLL
        for (int i = 0; i < kTileShare; ++i) {
            largest[i] = -INFINITY;
            sum[i] = 0;
        }
    }

    // Turns row i's products with the keys of a tile, -infinity where it does not see them, into exp(product - largest). Returns the
    // factor that brings what was added up before to the new largest product.
    __device__ float include(int i, float (&products)[kTileShare])
    {
        float most = products[0];
        TRAINYARD_UNROLL
        for (int j = 1; j < kTileShare; ++j)
            most = fmaxf(most, products[j]);
        most = fmaxf(largest[i], reduceLanes<kTileSide>(most, Larger{}));
        const bool nothing = most == -INFINITY;
        const float factor = nothing ? 1.0f : expf(largest[i] - most);
        float mine = 0;
        TRAINYARD_UNROLL
        for (int j = 0; j < kTileShare; ++j) {
            products[j] = nothing ? 0.0f : expf(products[j] - most);
            mine += products[j];
        }
        sum[i] = sum[i] * factor + reduceLanes<kTileSide>(mine, Plus{});
        largest[i] = most;
        return factor;
    }
};

template <typename T>
struct AttentionOperands {
    const T *q, *k, *v, *mask;
    T *y;
    float *logSums;  // may be null
};

template <int kSlice, typename T>
__global__ void __launch_bounds__(kBlockThreads) attend(AttentionSizes sizes, int slices, AttentionOperands<T> p)
{
    __shared__ TileChunks chunks;
    __shared__ float weights[kTile * kTilePitch];
    const TilePosition at(slices, sizes.queryTiles(), sizes.heads);
    const int first = at.tile * kTile, rows = min(kTile, sizes.queries - first), column = at.slice * kSlice;
    const int queryWidth = sizes.queryWidth(), keyWidth = sizes.keyWidth();
    const std::int64_t from = sizes.queriesFrom(at.sample, at.head) + static_cast<std::int64_t>(first) * queryWidth;
    const std::int64_t keysFrom = sizes.keysFrom(at.sample, at.head / (sizes.heads / sizes.keyHeads));
    const HeadRows<T> queries{p.q + from, rows, queryWidth, sizes.size};
    TileResult<kSlice> result;
    RunningSoftmax softmax;
    const int seen = sizes.seenBy(first + rows - 1);
    for (int key = 0; key < seen; key += kTile) {
        const int count = min(kTile, sizes.keys - key);
        const std::int64_t keyAt = keysFrom + static_cast<std::int64_t>(key) * keyWidth;
        float products[kTileShare][kTileShare];
        tileProducts(chunks, queries, HeadRows<T>{p.k + keyAt, count, keyWidth, sizes.size}, products);
        TRAINYARD_UNROLL
        for (int i = 0; i < kTileShare; ++i) {
            const int visible = sizes.seenBy(first + tileRow(i));
            TRAINYARD_UNROLL
            for (int j = 0; j < kTileShare; ++j) {
                const int k = key + tileColumn(j);
                const bool sees = k < visible && (!p.mask || toFloat(p.mask[at.sample * sizes.keys + k]) != 0.0f);
                products[i][j] = sees ? products[i][j] * sizes.scale : -INFINITY;
            }
            result.scaleRow(i, softmax.include(i, products[i]));
            TRAINYARD_UNROLL
            for (int j = 0; j < kTileShare; ++j)
                weights[tileRow(i) * kTilePitch + tileColumn(j)] = products[i][j];
        }
        result.addProduct(chunks, weights, HeadRows<T>{p.v + keyAt, count, keyWidth, sizes.size}, column);
    }
    TRAINYARD_UNROLL
    for (int i = 0; i < kTileShare; ++i) {
        const bool any = softmax.sum[i] > 0.0f;
        result.scaleRow(i, any ? 1.0f / softmax.sum[i] : 0.0f);
        if (p.logSums && at.slice == 0 && tileColumn(0) == 0 && tileRow(i) < rows)
            p.logSums[sizes.logSumsFrom(at.sample, at.head) + first + tileRow(i)] = any ? softmax.largest[i] + logf(softmax.sum[i]) : 0.0f;
    }
    result.store(p.y + from, rows, queryWidth, column, sizes.size);
}

}  // namespace

StepResult makeAttention(StepRequest &request)
{
    const Op op = request.op;
    const ValueId mask = request.hasInput(3) ? op.inputs[3] : kNoValue, logSums = request.hasOutput(1) ? op.outputs[1] : kNoValue;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[0], op.inputs[1], op.inputs[2], mask == kNoValue ? op.inputs[0] : mask, op.outputs[0]}));
    const AttentionSizes sizes = attentionSizes(request);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            const AttentionOperands<T> operands{memory.at<T>(op.inputs[0]), memory.at<T>(op.inputs[1]), memory.at<T>(op.inputs[2]),
                                       memory.at<T>(mask), memory.at<T>(op.outputs[0]), memory.at<float>(logSums)};
            return withSlice(sizes.size, [&](auto slice) {
                const int slices = (sizes.size + slice() - 1) / slice();
                const std::int64_t blocks = sizes.samples * sizes.heads * sizes.queryTiles() * slices;
                return launch(stream, attend<slice(), T>, static_cast<unsigned>(blocks), kBlockThreads, sizes, slices, operands);
            });
        });
    });
}

}  // namespace trainyard::cuda
