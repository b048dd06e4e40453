// Two sums per channel over all rows (the gradients of scale and shift), in two steps: each part of a channel tiling leaves
// its sums, and a second kernel adds the parts up. A single part writes the results at once.
#pragma once

#include "engine/backends/cuda/tile_sums.h"

namespace trainyard::cuda {

// partials: [part][first, second][channel]; unused where there is one part.
struct PartSums {
    float *partials, *first, *second;
};

inline std::uint64_t partSumBytes(const ChannelTiles &tiles)
{
    return tiles.parts > 1 ? static_cast<std::uint64_t>(tiles.parts) * 2 * static_cast<std::uint64_t>(tiles.channels) * sizeof(float) : 0;
}

// sums: kPack first ones, then kPack second ones, of this thread's rows. Called by all threads of the block; `factors`
// multiply the second sums.
template <int kPack>
__device__ inline void leavePartSums(const ChannelTiles &tiles, const TilePlace &at, const float (&sums)[2 * kPack], const float (&factors)[kPack],
                                     const PartSums &out)
{
    const float *totals = sumTile<2 * kPack>(sums, tiles.width);
    const int lane = static_cast<int>(threadIdx.x);
    if (at.pack >= tiles.packs || lane >= tiles.width)
        return;
    float *part = out.partials + static_cast<std::int64_t>(at.part) * 2 * tiles.channels;
    float *first = tiles.parts == 1 ? out.first : part, *second = tiles.parts == 1 ? out.second : part + tiles.channels;
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k) {
        first[at.pack * kPack + k] = totals[k * tiles.width + lane];
        second[at.pack * kPack + k] = totals[(kPack + k) * tiles.width + lane] * factors[k];
    }
}

// A block has kColumns channels; its other threads share the parts.
template <int kColumns>
__global__ void mergePartSums(ChannelTiles tiles, PartSums out)
{
    const int lane = static_cast<int>(threadIdx.x) % kColumns, channel = static_cast<int>(blockIdx.x) * kColumns + lane;
    float sums[2] = {};
    if (channel < tiles.channels)
        for (int part = static_cast<int>(threadIdx.x) / kColumns; part < tiles.parts; part += kTileThreads / kColumns) {
            const float *found = out.partials + static_cast<std::int64_t>(part) * 2 * tiles.channels + channel;
            sums[0] += found[0];
            sums[1] += found[tiles.channels];
        }
    const float *totals = sumTile<2>(sums, kColumns);
    if (threadIdx.x >= kColumns || channel >= tiles.channels)
        return;
    out.first[channel] = totals[lane];
    out.second[channel] = totals[kColumns + lane];
}

// After a kernel that ended with leavePartSums(). Errors: Internal with CUDA's text.
inline Status finishPartSums(cudaStream_t stream, const ChannelTiles &tiles, const PartSums &out)
{
    constexpr int kColumns = 8;
    if (tiles.parts == 1)
        return {};
    return launch(stream, mergePartSums<kColumns>, static_cast<unsigned>((tiles.channels + kColumns - 1) / kColumns), kTileThreads, tiles, out);
}

}  // namespace trainyard::cuda
