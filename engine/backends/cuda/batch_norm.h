// What batch norm's kernels share.
//
// A fused ReLU stores no mask: where it cut off follows from x and the channel's numbers, which the backward pass reads
// anyway, so it is worked out again, by the same instructions and hence with the same result.
#pragma once

#include "engine/backends/cuda/channel_tiles.h"
#include "engine/backends/cuda/device_code.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

// The float32 vectors of one number per channel. beta and mean: null for zeros.
struct ChannelVectors {
    const float *gamma, *beta, *mean, *variance;
    float epsilon;
};

// kPack channels' numbers in registers.
template <int kPack>
struct ChannelNorms {
    float mean[kPack], inverse[kPack], scale[kPack], shift[kPack];  // inverse: 1 / sqrt(variance + epsilon); scale: gamma inverse

    __device__ ChannelNorms(const ChannelVectors &vectors, int channel)
    {
        float variance[kPack];
        loadOrZeros(vectors.mean, channel, mean);
        loadFloats(vectors.variance + channel, variance);
        loadFloats(vectors.gamma + channel, scale);
        loadOrZeros(vectors.beta, channel, shift);
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k) {
            inverse[k] = 1.0f / sqrtf(variance[k] + vectors.epsilon);
            scale[k] *= inverse[k];
        }
    }
    __device__ static void loadOrZeros(const float *vector, int channel, float (&values)[kPack])
    {
        if (vector)
            return loadFloats(vector + channel, values);
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            values[k] = 0.0f;
    }
    // One fused multiply-add by name, so that every kernel gets the same bits.
    __device__ float normalized(float x, int k) const { return fmaf(x - mean[k], scale[k], shift[k]); }
};

// Some rows of a thread at once: all their loads are under way before the first result is stored.
template <int kRows>
struct TileRows {
    const ChannelTiles &tiles;
    const TilePlace &at;
    std::int64_t row, end;

    __device__ TileRows(const ChannelTiles &theTiles, const TilePlace &place, std::int64_t first, std::int64_t theEnd)
        : tiles(theTiles), at(place), row(first), end(theEnd)
    {
    }
    // function(which of the rows, where its pack lies, counted in packs)
    template <typename Function>
    __device__ void forEach(Function function) const
    {
        TRAINYARD_UNROLL
        for (int r = 0; r < kRows; ++r)
            if (row + r * tiles.lanes() < end)
                function(r, (row + r * tiles.lanes()) * tiles.packs + at.pack);
    }
};

// y = normalized x, perhaps with ReLU; y may be x.
template <int kPack, typename T>
__global__ void normalize(ChannelTiles tiles, ChannelVectors vectors, bool relu, const T *x, T *y)
{
    const TilePlace at = tilePlace(tiles, blockIdx.x, threadIdx.x);
    if (at.pack >= tiles.packs)
        return;
    constexpr int kRows = 4;
    const ChannelNorms<kPack> norms(vectors, at.pack * kPack);
    const std::int64_t end = tiles.partEnd(at.part);
    for (std::int64_t row = at.firstRow; row < end; row += kRows * tiles.lanes()) {
        const TileRows<kRows> rows(tiles, at, row, end);
        Pack<T, kPack> taken[kRows];
        rows.forEach([&](int r, std::int64_t offset) { taken[r] = loadPack<kPack>(x + offset * kPack); });
        rows.forEach([&](int r, std::int64_t offset) {
            Pack<T, kPack> result;
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k) {
                const float value = norms.normalized(toFloat(taken[r].values[k]), k);
                result.values[k] = fromFloat<T>(relu && !(value > 0.0f) ? 0.0f : value);
            }
            storePack(y + offset * kPack, result);
        });
    }
}

// Rows per thread and blocks at most: sums want long runs, the passes after them many blocks.
inline ChannelTiles sumTiles(std::int64_t rows, std::int64_t channels, int pack)
{
    return channelTiles(rows, channels, pack, 16, 1024);
}
inline ChannelTiles applyTiles(std::int64_t rows, std::int64_t channels, int pack)
{
    return channelTiles(rows, channels, pack, 8, 8192);
}

}  // namespace trainyard::cuda
