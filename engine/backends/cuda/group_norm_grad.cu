#include "engine/backends/cuda/column_sum.h"
#include "engine/backends/cuda/group_norm.h"
#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/tile_sums.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

struct GroupStatistics {
    const float *mean, *inverse;  // [sample][group]
};

// Each channel's sums over a sample's positions, of dy and of dy times normalized x: [sample][channel].
template <int kPack, typename T>
__global__ void channelSums(GroupSizes sizes, ChannelTiles tiles, GroupStatistics statistics, const T *x, const T *dy, float *sums, float *dots)
{
    const SamplePlace place(tiles);
    const TilePlace &at = place.at;
    const int channel = at.pack * kPack, column = static_cast<int>(threadIdx.x) % tiles.width;
    float mine[2 * kPack] = {};
    if (at.pack < tiles.packs) {
        float mean[kPack], inverse[kPack];
        loadOfGroups(sizes, statistics.mean, place.sample, channel, mean);
        loadOfGroups(sizes, statistics.inverse, place.sample, channel, inverse);
        const std::int64_t from = place.sample * sizes.positions * sizes.channels + channel;
        for (std::int64_t row = at.firstRow; row < sizes.positions; row += tiles.lanes()) {
            float values[kPack], gradients[kPack];
            loadFloats(x + from + row * sizes.channels, values);
            loadFloats(dy + from + row * sizes.channels, gradients);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k) {
                mine[k] += gradients[k];
                mine[kPack + k] += gradients[k] * ((values[k] - mean[k]) * inverse[k]);
            }
        }
    }
    const float *totals = sumTile<2 * kPack>(mine, tiles.width);
    if (at.pack >= tiles.packs || static_cast<int>(threadIdx.x) >= tiles.width)
        return;
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k) {
        sums[place.sample * sizes.channels + channel + k] = totals[k * tiles.width + column];
        dots[place.sample * sizes.channels + channel + k] = totals[(kPack + k) * tiles.width + column];
    }
}

// The means over a group's elements of g = dy gamma and of g times normalized x; a warp joins its channels.
__global__ void groupMeans(GroupSizes sizes, const float *gamma, const float *channelSums, const float *channelDots, float *sums, float *dots)
{
    using Team = RowTeam<kWarpLanes>;
    const std::int64_t groups = sizes.samples * sizes.groups;
    for (std::int64_t round = Team::firstRow(); round < groups; round += Team::rowStride()) {
        const std::int64_t group = round + Team::index(), first = group * sizes.groupChannels();
        const int channels = group < groups ? sizes.groupChannels() : 0;
        float sum = 0, dot = 0;
        Team::template forColumns<1>(channels, [&](int c) {
            const float scale = gamma[(first + c) % sizes.channels];
            sum += scale * channelSums[first + c];
            dot += scale * channelDots[first + c];
        });
        sum = Team::reduce(sum, Plus{}) / sizes.groupElements();
        dot = Team::reduce(dot, Plus{}) / sizes.groupElements();
        if (channels > 0 && Team::lane() == 0) {
            sums[group] = sum;
            dots[group] = dot;
        }
    }
}

// dx = inverse (g - sum - n dot), with n = (x - mean) inverse and the group's means of g and g n. dx may be dy.
template <int kPack, typename T>
__global__ void dataGradient(GroupSizes sizes, ChannelTiles tiles, GroupStatistics statistics, const T *x, const T *dy, const float *gamma,
                             const float *sums, const float *dots, T *dx)
{
    const SamplePlace place(tiles);
    const TilePlace &at = place.at;
    if (at.pack >= tiles.packs)
        return;
    const int channel = at.pack * kPack;
    float mean[kPack], inverse[kPack], sum[kPack], dot[kPack], scale[kPack];
    loadOfGroups(sizes, statistics.mean, place.sample, channel, mean);
    loadOfGroups(sizes, statistics.inverse, place.sample, channel, inverse);
    loadOfGroups(sizes, sums, place.sample, channel, sum);
    loadOfGroups(sizes, dots, place.sample, channel, dot);
    loadFloats(gamma + channel, scale);
    const std::int64_t from = place.sample * sizes.positions * sizes.channels + channel, end = tiles.partEnd(at.part);
    for (std::int64_t row = at.firstRow; row < end; row += tiles.lanes()) {
        float values[kPack], gradients[kPack];
        loadFloats(x + from + row * sizes.channels, values);
        loadFloats(dy + from + row * sizes.channels, gradients);
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k) {
            const float n = (values[k] - mean[k]) * inverse[k];
            gradients[k] = inverse[k] * (gradients[k] * scale[k] - sum[k] - n * dot[k]);
        }
        storeFloats(dx + from + row * sizes.channels, gradients);
    }
}

}  // namespace

StepResult makeGroupNormGrad(StepRequest &request)
{
    const Op op = request.op;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[0], op.inputs[1], op.outputs[0]}));
    const GroupSizes sizes = groupSizes(request.inputShape(0), request.attributes<GroupNormAttributes>().groups);
    const std::uint64_t perChannel = static_cast<std::uint64_t>(sizes.samples) * static_cast<std::uint64_t>(sizes.channels) * sizeof(float);
    const std::uint64_t perGroup = static_cast<std::uint64_t>(sizes.samples) * static_cast<std::uint64_t>(sizes.groups) * sizeof(float);
    ScratchLayout scratch;
    const std::uint64_t sums = scratch.take(perChannel), dots = scratch.take(perChannel), meanSums = scratch.take(perGroup), meanDots = scratch.take(perGroup);
    const std::uint64_t merging = scratch.take(columnSumScratchBytes(sizes.samples, sizes.channels));
    request.scratchBytes = scratch.bytes();
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        const auto part = [&](std::uint64_t offset) { return reinterpret_cast<float *>(memory.scratch + offset); };
        const GroupStatistics statistics{memory.at<float>(op.inputs[3]), memory.at<float>(op.inputs[4])};
        const float *gamma = memory.at<float>(op.inputs[2]);
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            const T *x = memory.at<T>(op.inputs[0]), *dy = memory.at<T>(op.inputs[1]);
            return withRowPack<T>(sizes.channels, true, [&](auto pack) -> Status {
                const ChannelTiles sumTiles = sampleSumTiles(sizes, pack()), applyTiles = sampleApplyTiles(sizes, pack());
                const auto blocks = [&](const ChannelTiles &tiles) { return static_cast<unsigned>(sizes.samples) * tiles.blocks(); };
                TRAINYARD_CHECK(launch(stream, channelSums<pack(), T>, blocks(sumTiles), kTileThreads, sizes, sumTiles, statistics, x, dy, part(sums), part(dots)));
                TRAINYARD_CHECK(launch(stream, groupMeans, blocksFor(sizes.samples * sizes.groups, kBlockThreads / kWarpLanes), kBlockThreads, sizes, gamma,
                                       part(sums), part(dots), part(meanSums), part(meanDots)));
                for (const auto &[from, to] : {std::pair{dots, op.outputs[1]}, std::pair{sums, op.outputs[2]}})
                    TRAINYARD_CHECK(columnSum(stream, DType::F32, part(from), sizes.samples, sizes.channels, memory.at<float>(to), memory.scratch + merging));
                return launch(stream, dataGradient<pack(), T>, blocks(applyTiles), kTileThreads, sizes, applyTiles, statistics, x, dy, gamma,
                              part(meanSums), part(meanDots), memory.at<T>(op.outputs[0]));
            });
        });
    });
}

}  // namespace trainyard::cuda
