#include "engine/backends/cuda/group_norm.h"

#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/tile_sums.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// Each channel's mean and sum of squared distances from it, over a sample's positions: [sample][channel].
template <int kPack, typename T>
__global__ void channelStatistics(GroupSizes sizes, ChannelTiles tiles, const T *x, float *means, float *squares)
{
    const SamplePlace place(tiles);
    const TilePlace &at = place.at;
    const int column = static_cast<int>(threadIdx.x) % tiles.width;
    const std::int64_t rows = at.pack < tiles.packs ? sizes.positions : 0;
    const T *in = x + place.sample * sizes.positions * sizes.channels + at.pack * kPack;
    float sums[kPack] = {}, mean[kPack];
    for (std::int64_t row = at.firstRow; row < rows; row += tiles.lanes()) {
        float values[kPack];
        loadFloats(in + row * sizes.channels, values);
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            sums[k] += values[k];
    }
    const float *totals = sumTile<kPack>(sums, tiles.width);
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k) {
        mean[k] = totals[k * tiles.width + column] / static_cast<float>(sizes.positions);
        sums[k] = 0;
    }
    // In a second pass: no cancellation.
    for (std::int64_t row = at.firstRow; row < rows; row += tiles.lanes()) {
        float values[kPack];
        loadFloats(in + row * sizes.channels, values);
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            sums[k] += (values[k] - mean[k]) * (values[k] - mean[k]);
    }
    totals = sumTile<kPack>(sums, tiles.width);
    if (rows == 0 || static_cast<int>(threadIdx.x) >= tiles.width)
        return;
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k) {
        means[place.sample * sizes.channels + at.pack * kPack + k] = mean[k];
        squares[place.sample * sizes.channels + at.pack * kPack + k] = totals[k * tiles.width + column];
    }
}

// A warp joins the channels of one sample's group, by Chan et al. 1979.
__global__ void groupStatistics(GroupSizes sizes, float epsilon, const float *channelMeans, const float *channelSquares, float *means, float *inverses)
{
    using Team = RowTeam<kWarpLanes>;
    const std::int64_t groups = sizes.samples * sizes.groups;
    for (std::int64_t round = Team::firstRow(); round < groups; round += Team::rowStride()) {
        const std::int64_t group = round + Team::index(), first = group * sizes.groupChannels();
        const int channels = group < groups ? sizes.groupChannels() : 0;
        float sum = 0, squares = 0;
        Team::template forColumns<1>(channels, [&](int c) { sum += channelMeans[first + c]; });
        const float mean = Team::reduce(sum, Plus{}) / static_cast<float>(sizes.groupChannels());
        Team::template forColumns<1>(channels, [&](int c) {
            const float distance = channelMeans[first + c] - mean;
            squares += channelSquares[first + c] + static_cast<float>(sizes.positions) * distance * distance;
        });
        squares = Team::reduce(squares, Plus{});
        if (channels > 0 && Team::lane() == 0) {
            means[group] = mean;
            inverses[group] = 1.0f / sqrtf(squares / sizes.groupElements() + epsilon);
        }
    }
}

// y may be x.
template <int kPack, typename T>
__global__ void normalizeGroups(GroupSizes sizes, ChannelTiles tiles, const T *x, const float *gamma, const float *beta, const float *means,
                                const float *inverses, T *y)
{
    const SamplePlace place(tiles);
    const TilePlace &at = place.at;
    if (at.pack >= tiles.packs)
        return;
    const int channel = at.pack * kPack;
    float mean[kPack], inverse[kPack], scale[kPack], shift[kPack];
    loadOfGroups(sizes, means, place.sample, channel, mean);
    loadOfGroups(sizes, inverses, place.sample, channel, inverse);
    loadFloats(gamma + channel, scale);
    loadFloats(beta + channel, shift);
    const std::int64_t from = place.sample * sizes.positions * sizes.channels + channel, end = tiles.partEnd(at.part);
    for (std::int64_t row = at.firstRow; row < end; row += tiles.lanes()) {
        float values[kPack];
        loadFloats(x + from + row * sizes.channels, values);
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            values[k] = scale[k] * ((values[k] - mean[k]) * inverse[k]) + shift[k];
        storeFloats(y + from + row * sizes.channels, values);
    }
}

}  // namespace

StepResult makeGroupNorm(StepRequest &request)
{
    const Op op = request.op;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[0], op.outputs[0]}));
    const auto &a = request.attributes<GroupNormAttributes>();
    const GroupSizes sizes = groupSizes(request.inputShape(0), a.groups);
    const std::uint64_t perChannel = static_cast<std::uint64_t>(sizes.samples) * static_cast<std::uint64_t>(sizes.channels) * sizeof(float);
    const std::uint64_t perGroup = static_cast<std::uint64_t>(sizes.samples) * static_cast<std::uint64_t>(sizes.groups) * sizeof(float);
    ScratchLayout scratch;
    const std::uint64_t means = scratch.take(perChannel), squares = scratch.take(perChannel);
    // Statistics nobody wants are needed all the same.
    const std::uint64_t ownMean = scratch.take(request.hasOutput(1) ? 0 : perGroup), ownInverse = scratch.take(request.hasOutput(2) ? 0 : perGroup);
    const ValueId meanOut = request.hasOutput(1) ? op.outputs[1] : kNoValue, inverseOut = request.hasOutput(2) ? op.outputs[2] : kNoValue;
    request.scratchBytes = scratch.bytes();
    return makeKernelStep([=, epsilon = a.epsilon](const StepMemory &memory, cudaStream_t stream) {
        const auto part = [&](std::uint64_t offset) { return reinterpret_cast<float *>(memory.scratch + offset); };
        float *mean = meanOut == kNoValue ? part(ownMean) : memory.at<float>(meanOut);
        float *inverse = inverseOut == kNoValue ? part(ownInverse) : memory.at<float>(inverseOut);
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            const T *x = memory.at<T>(op.inputs[0]);
            return withRowPack<T>(sizes.channels, true, [&](auto pack) -> Status {
                const ChannelTiles sums = sampleSumTiles(sizes, pack()), apply = sampleApplyTiles(sizes, pack());
                const auto blocks = [&](const ChannelTiles &tiles) { return static_cast<unsigned>(sizes.samples) * tiles.blocks(); };
                TRAINYARD_CHECK(launch(stream, channelStatistics<pack(), T>, blocks(sums), kTileThreads, sizes, sums, x, part(means), part(squares)));
                TRAINYARD_CHECK(launch(stream, groupStatistics, blocksFor(sizes.samples * sizes.groups, kBlockThreads / kWarpLanes), kBlockThreads, sizes,
                                       epsilon, part(means), part(squares), mean, inverse));
                return launch(stream, normalizeGroups<pack(), T>, blocks(apply), kTileThreads, sizes, apply, x, memory.at<float>(op.inputs[1]),
                              memory.at<float>(op.inputs[2]), mean, inverse, memory.at<T>(op.outputs[0]));
            });
        });
    });
}

}  // namespace trainyard::cuda
