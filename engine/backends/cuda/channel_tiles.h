// How the [rows, channels] matrix of an NHWC tensor is cut for kernels that work channel by channel: a block has a tile of
// up to 32 packs of channels side by side (neighbouring threads, neighbouring addresses) and as many rows at a time as it
// then has threads for; the rows are cut into parts. By the shape alone, so that sums keep their order.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/base/host_device.h"

namespace trainyard::cuda {

inline constexpr int kTileThreads = 256, kMostTileWidth = 32;

struct ChannelTiles {
    std::int64_t rows = 0, rowsPerPart = 0;
    int channels = 0;
    int packs = 0;   // per row
    int width = 1;   // packs per tile, a power of two
    int tiles = 1;   // side by side
    int parts = 1;

    TRAINYARD_HOST_DEVICE unsigned blocks() const { return static_cast<unsigned>(tiles) * static_cast<unsigned>(parts); }
    TRAINYARD_HOST_DEVICE int lanes() const { return kTileThreads / width; }  // rows of a block at a time
    TRAINYARD_HOST_DEVICE std::int64_t partBegin(int part) const { return part * rowsPerPart; }
    TRAINYARD_HOST_DEVICE std::int64_t partEnd(int part) const { return part + 1 < parts ? (part + 1) * rowsPerPart : rows; }
};

// What one thread works on.
struct TilePlace {
    int pack;   // of the row; beyond the last one: none
    int part;
    std::int64_t firstRow;
};

TRAINYARD_HOST_DEVICE inline TilePlace tilePlace(const ChannelTiles &tiles, unsigned block, unsigned thread)
{
    const int tile = static_cast<int>(block % static_cast<unsigned>(tiles.tiles)), part = static_cast<int>(block / static_cast<unsigned>(tiles.tiles));
    const int column = static_cast<int>(thread) % tiles.width, lane = static_cast<int>(thread) / tiles.width;
    return {tile * tiles.width + column, part, tiles.partBegin(part) + lane};
}

// packSize: channels per pack, divides them. rowsPerThread: at least so many, if there are; mostBlocks: of all parts.
inline ChannelTiles channelTiles(std::int64_t rows, std::int64_t channels, int packSize, int rowsPerThread, int mostBlocks)
{
    ChannelTiles tiles;
    tiles.rows = rows;
    tiles.channels = static_cast<int>(channels);
    tiles.packs = static_cast<int>(channels / packSize);
    while (tiles.width < tiles.packs && tiles.width < kMostTileWidth)
        tiles.width *= 2;
    tiles.tiles = (tiles.packs + tiles.width - 1) / tiles.width;
    const std::int64_t least = static_cast<std::int64_t>(tiles.lanes()) * rowsPerThread;
    const std::int64_t parts = std::clamp<std::int64_t>((rows + least - 1) / least, 1, std::max(mostBlocks / tiles.tiles, 1));
    // Whole rounds of the block's rows, and no part without any.
    tiles.rowsPerPart = ((rows + parts - 1) / parts + tiles.lanes() - 1) / tiles.lanes() * tiles.lanes();
    tiles.parts = static_cast<int>((rows + tiles.rowsPerPart - 1) / tiles.rowsPerPart);
    return tiles;
}

}  // namespace trainyard::cuda
