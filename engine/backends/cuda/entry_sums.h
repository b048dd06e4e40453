// Sums over the middle of [outer, entries, inner], as pooling of whole images and the op reduce need them.
#pragma once

#include "engine/backends/cuda/tile_sums.h"

namespace trainyard::cuda {

// A block for a tile of the inner elements of one outer block; its threads share the entries. tiles: of one outer block, its rows
// are the entries. finish(sum) is the result. Blocks: outer * tiles.tiles of kTileThreads.
template <int kPack, typename Finish, typename T, typename Out>
__global__ void sumEntries(ChannelTiles tiles, Finish finish, const T *x, Out *y)
{
    const unsigned outer = blockIdx.x / static_cast<unsigned>(tiles.tiles);
    const TilePlace at = tilePlace(tiles, blockIdx.x % static_cast<unsigned>(tiles.tiles), threadIdx.x);
    const T *entries = x + static_cast<std::size_t>(outer) * tiles.rows * tiles.channels;
    float sums[kPack] = {};
    if (at.pack < tiles.packs)
        TRAINYARD_UNROLL_BY_4
        for (std::int64_t row = at.firstRow; row < tiles.rows; row += tiles.lanes()) {
            float values[kPack];
            loadFloats(entries + row * tiles.channels + at.pack * kPack, values);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                sums[k] += values[k];
        }
    const float *totals = sumTile<kPack>(sums, tiles.width);
    const int column = static_cast<int>(threadIdx.x);
    if (column >= tiles.width || at.pack >= tiles.packs)
        return;
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k)
        sums[k] = finish(totals[k * tiles.width + column]);
    storeFloats(y + static_cast<std::size_t>(outer) * tiles.channels + at.pack * kPack, sums);
}

}  // namespace trainyard::cuda
