// What group norm's kernels share. Sums are made channel by channel, where memory is read in order whatever the groups are, and
// joined to the groups' by a small kernel in between.
#pragma once

#include "engine/backends/cuda/channel_tiles.h"
#include "engine/backends/cuda/row_teams.h"
#include "engine/tensor/tensor.h"

namespace trainyard::cuda {

struct GroupSizes {
    std::int64_t samples, positions;
    int channels, groups;

    __host__ __device__ int groupChannels() const { return channels / groups; }
    __host__ __device__ float groupElements() const { return static_cast<float>(positions * groupChannels()); }
};

inline GroupSizes groupSizes(const Shape &x, std::int64_t groups)
{
    return {x[0], x.elements() / x[0] / x.back(), static_cast<int>(x.back()), static_cast<int>(groups)};
}

// Tiles of one sample's [positions, channels]; a block has one of them in one sample. Sums take all positions in one block.
inline ChannelTiles sampleSumTiles(const GroupSizes &sizes, int pack)
{
    return channelTiles(sizes.positions, sizes.channels, pack, 1, 1);
}
inline ChannelTiles sampleApplyTiles(const GroupSizes &sizes, int pack)
{
    return channelTiles(sizes.positions, sizes.channels, pack, 8, static_cast<int>(std::max<std::int64_t>(8192 / sizes.samples, 1)));
}

struct SamplePlace {
    TilePlace at;
    std::int64_t sample;

    __device__ explicit SamplePlace(const ChannelTiles &tiles)
        : at(tilePlace(tiles, blockIdx.x % tiles.blocks(), threadIdx.x)), sample(blockIdx.x / tiles.blocks())
    {
    }
};

// What is known of the groups of kPack channels of a sample, from a table [sample][group].
template <int kPack>
__device__ inline void loadOfGroups(const GroupSizes &sizes, const float *table, std::int64_t sample, int channel, float (&values)[kPack])
{
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k)
        values[k] = table[sample * sizes.groups + (channel + k) / sizes.groupChannels()];
}

}  // namespace trainyard::cuda
