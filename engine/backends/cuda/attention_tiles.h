// Attention in tiles of 64 queries by 64 keys, for heads of any size: what its three kernels share. A block of 256 threads has one
// tile of products at a time; a thread has 4 x 4 of its entries in registers, those of rows r + 16 i and columns c + 16 j, so that
// neighbouring threads read neighbouring banks. Matrices come through shared memory in chunks; arithmetic is in float32. Results
// wider than kSlice columns are cut into slices, each with a block of its own, which works the products out again.
#pragma once

#include "engine/backends/cuda/block_reduce.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

inline constexpr int kTile = 64, kTileSide = 16, kTileShare = kTile / kTileSide;  // kTileShare: rows, and columns, of a thread
inline constexpr int kTileChunk = 32, kTilePitch = kTile + 1;
static_assert(kTileSide * kTileSide == kBlockThreads);

struct AttentionSizes {
    std::int64_t samples;
    int queries, keys, heads, keyHeads, size;
    float scale;
    bool causal;

    __host__ __device__ int queryTiles() const { return (queries + kTile - 1) / kTile; }
    __host__ __device__ int keyTiles() const { return (keys + kTile - 1) / kTile; }
    __host__ __device__ int queryWidth() const { return heads * size; }
    __host__ __device__ int keyWidth() const { return keyHeads * size; }
    // How many keys a query may see, from the first on.
    __device__ int seenBy(int query) const { return causal ? max(min(query + 1 + keys - queries, keys), 0) : keys; }
    __device__ std::int64_t queriesFrom(std::int64_t sample, int head) const { return sample * queries * queryWidth() + head * size; }
    __device__ std::int64_t keysFrom(std::int64_t sample, int keyHead) const { return sample * keys * keyWidth() + keyHead * size; }
    __device__ std::int64_t logSumsFrom(std::int64_t sample, int head) const { return (sample * heads + head) * queries; }
};

inline AttentionSizes attentionSizes(const StepRequest &request)
{
    const auto &a = request.attributes<AttentionAttributes>();
    const Shape &q = request.inputShape(0), &k = request.inputShape(1);
    return {q[0], static_cast<int>(q[1]), static_cast<int>(k[1]), static_cast<int>(a.heads), static_cast<int>(a.keyHeads),
            static_cast<int>(q.back() / a.heads), a.scale, a.causal};
}

// Some rows of one head in a matrix of all heads; those at or after `rows` count as zeros.
template <typename T>
struct HeadRows {
    const T *at;
    int rows;
    std::int64_t stride;
    int size;

    __device__ float operator()(int row, int column) const { return row < rows && column < size ? toFloat(at[row * stride + column]) : 0.0f; }
};

// Either two chunks of columns, one of each factor, or one chunk of rows as wide as a result.
struct TileChunks {
    float values[2 * kTileChunk * kTilePitch];
};

__device__ inline int tileRow(int i) { return static_cast<int>(threadIdx.x) / kTileSide + i * kTileSide; }
__device__ inline int tileColumn(int j) { return static_cast<int>(threadIdx.x) % kTileSide + j * kTileSide; }

// products[i][j] = the dot of row i of a and row j of b over the head's columns. Called by all threads.
template <typename T>
__device__ inline void tileProducts(TileChunks &chunks, const HeadRows<T> &a, const HeadRows<T> &b, float (&products)[kTileShare][kTileShare])
{
    float *as = chunks.values, *bs = chunks.values + kTileChunk * kTilePitch;
    TRAINYARD_UNROLL
    for (int i = 0; i < kTileShare; ++i)
        TRAINYARD_UNROLL
        for (int j = 0; j < kTileShare; ++j)
            products[i][j] = 0;
    for (int from = 0; from < a.size; from += kTileChunk) {
        __syncthreads();
        for (int at = static_cast<int>(threadIdx.x); at < kTileChunk * kTile; at += kBlockThreads) {
            const int column = at % kTileChunk, row = at / kTileChunk;
            as[column * kTilePitch + row] = a(row, from + column);
            bs[column * kTilePitch + row] = b(row, from + column);
        }
        __syncthreads();
        TRAINYARD_UNROLL_BY_4
        for (int column = 0; column < kTileChunk; ++column) {
            float left[kTileShare], right[kTileShare];
            TRAINYARD_UNROLL
            for (int i = 0; i < kTileShare; ++i) {
                left[i] = as[column * kTilePitch + tileRow(i)];
                right[i] = bs[column * kTilePitch + tileColumn(i)];
            }
            TRAINYARD_UNROLL
            for (int i = 0; i < kTileShare; ++i)
                TRAINYARD_UNROLL
                for (int j = 0; j < kTileShare; ++j)
                    products[i][j] += left[i] * right[j];
        }
    }
}

// A slice of a result [64, kSlice]: a thread has kTileShare rows and kSlice / 16 columns of it.
template <int kSlice>
struct TileResult {
    static constexpr int kColumns = kSlice / kTileSide;
    float values[kTileShare][kColumns];

    __device__ TileResult()
    {
        TRAINYARD_UNROLL
        for (int i = 0; i < kTileShare; ++i)
            TRAINYARD_UNROLL
            for (int c = 0; c < kColumns; ++c)
                values[i][c] = 0;
    }

    __device__ void scaleRow(int i, float factor)
    {
        TRAINYARD_UNROLL
        for (int c = 0; c < kColumns; ++c)
            values[i][c] *= factor;
    }

    // Adds weights [64, 64] times the columns of source from `first` on. Called by all threads; the weights may be just written.
    template <typename T>
    __device__ void addProduct(TileChunks &chunks, const float *weights, const HeadRows<T> &source, int first)
    {
        for (int from = 0; from < kTile && from < source.rows; from += kTileChunk) {
            __syncthreads();
            for (int at = static_cast<int>(threadIdx.x); at < kTileChunk * kSlice; at += kBlockThreads)
                chunks.values[at] = source(from + at / kSlice, first + at % kSlice);
            __syncthreads();
            TRAINYARD_UNROLL_BY_4
            for (int k = 0; k < kTileChunk; ++k) {
                float left[kTileShare];
                TRAINYARD_UNROLL
                for (int i = 0; i < kTileShare; ++i)
                    left[i] = weights[tileRow(i) * kTilePitch + from + k];
                TRAINYARD_UNROLL
                for (int c = 0; c < kColumns; ++c) {
                    const float right = chunks.values[k * kSlice + tileColumn(c)];
                    TRAINYARD_UNROLL
                    for (int i = 0; i < kTileShare; ++i)
                        values[i][c] += left[i] * right;
                }
            }
        }
    }

    // To columns `first` on of the rows that are there.
    template <typename T>
    __device__ void store(T *to, int rows, std::int64_t stride, int first, int size) const
    {
        TRAINYARD_UNROLL
        for (int i = 0; i < kTileShare; ++i)
            TRAINYARD_UNROLL
            for (int c = 0; c < kColumns; ++c)
                if (tileRow(i) < rows && first + tileColumn(c) < size)
                    to[tileRow(i) * stride + first + tileColumn(c)] = fromFloat<T>(values[i][c]);
    }
};

// Which slice, tile, head and sample a block has; slices lie side by side in the grid.
struct TilePosition {
    int slice, tile, head;
    std::int64_t sample;

    __device__ TilePosition(int slices, int tiles, int heads)
    {
        std::int64_t rest = blockIdx.x;
        slice = static_cast<int>(rest % slices);
        rest /= slices;
        tile = static_cast<int>(rest % tiles);
        rest /= tiles;
        head = static_cast<int>(rest % heads);
        sample = rest / heads;
    }
};

// Calls function(std::integral_constant<int, columns of a slice>).
template <typename Function>
auto withSlice(int size, Function function)
{
    return size <= 64 ? function(std::integral_constant<int, 64>{}) : function(std::integral_constant<int, 128>{});
}

}  // namespace trainyard::cuda
