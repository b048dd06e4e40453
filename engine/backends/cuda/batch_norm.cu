#include "engine/backends/cuda/batch_norm.h"
#include "engine/backends/cuda/part_sums.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

struct RunningStatistics {
    float *mean, *variance, *runningMean, *runningVariance;
    float momentum;
    std::int64_t rows;

    // spread: the sum of squared distances to the mean.
    __device__ void write(int channel, float theMean, float spread) const
    {
        const float theVariance = spread / static_cast<float>(rows);
        mean[channel] = theMean;
        variance[channel] = theVariance;
        if (!runningMean)
            return;
        // The running variance is the unbiased one; one sample has none, so there it stays biased.
        const float unbiased = rows > 1 ? spread / static_cast<float>(rows - 1) : theVariance;
        runningMean[channel] += momentum * (theMean - runningMean[channel]);
        runningVariance[channel] += momentum * (unbiased - runningVariance[channel]);
    }
};

// Each part's mean and spread, from sums of distances to the part's first row: near the mean, so that squares do not
// cancel. partials: [part][mean, spread][channel]; a single part writes the statistics at once.
template <int kPack, typename T>
__global__ void partStatistics(ChannelTiles tiles, const T *x, float *partials, RunningStatistics statistics)
{
    const TilePlace at = tilePlace(tiles, blockIdx.x, threadIdx.x);
    const std::int64_t begin = tiles.partBegin(at.part), end = tiles.partEnd(at.part);
    const bool has = at.pack < tiles.packs;
    const T *column = x + at.pack * kPack;
    float first[kPack] = {}, sums[2 * kPack] = {};
    if (has) {
        loadFloats(column + begin * tiles.channels, first);
        TRAINYARD_UNROLL_BY_4
        for (std::int64_t row = at.firstRow; row < end; row += tiles.lanes()) {
            float values[kPack];
            loadFloats(column + row * tiles.channels, values);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k) {
                const float distance = values[k] - first[k];
                sums[k] += distance;
                sums[kPack + k] += distance * distance;
            }
        }
    }
    const float *totals = sumTile<2 * kPack>(sums, tiles.width);
    const int lane = static_cast<int>(threadIdx.x);
    if (!has || lane >= tiles.width)
        return;
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k) {
        const int channel = at.pack * kPack + k;
        const float step = totals[k * tiles.width + lane] / static_cast<float>(end - begin);
        const float spread = fmaxf(totals[(kPack + k) * tiles.width + lane] - step * totals[k * tiles.width + lane], 0.0f);
        if (tiles.parts == 1) {
            statistics.write(channel, first[k] + step, spread);
        } else {
            partials[static_cast<std::int64_t>(at.part) * 2 * tiles.channels + channel] = first[k] + step;
            partials[(static_cast<std::int64_t>(at.part) * 2 + 1) * tiles.channels + channel] = spread;
        }
    }
}

// The parts' statistics merged, after Chan, Golub and LeVeque, "Updating Formulae ...", 1979.
__global__ void mergeStatistics(ChannelTiles tiles, const float *partials, RunningStatistics statistics)
{
    constexpr int kColumns = 8, kLanes = kTileThreads / kColumns;
    const int lane = static_cast<int>(threadIdx.x) % kColumns, channel = static_cast<int>(blockIdx.x) * kColumns + lane;
    const auto sumOver = [&](auto function) {
        float sum[1] = {0};
        if (channel < tiles.channels)
            for (int part = static_cast<int>(threadIdx.x) / kColumns; part < tiles.parts; part += kLanes) {
                const float *found = partials + static_cast<std::int64_t>(part) * 2 * tiles.channels + channel;
                sum[0] += function(found[0], found[tiles.channels], static_cast<float>(tiles.partEnd(part) - tiles.partBegin(part)));
            }
        return sumTile<1>(sum, kColumns)[lane];
    };
    const float mean = sumOver([](float partMean, float, float count) { return count * partMean; }) / static_cast<float>(tiles.rows);
    const float spread = sumOver([mean](float partMean, float partSpread, float count) {
        return partSpread + count * (partMean - mean) * (partMean - mean);
    });
    if (threadIdx.x < kColumns && channel < tiles.channels)
        statistics.write(channel, mean, spread);
}

struct Norm {
    Op op;
    DType dtype;
    BatchNormAttributes attributes;
    ChannelTiles sums, apply;
    bool packed;

    template <typename T, int kPack>
    Status start(const StepMemory &memory, cudaStream_t stream) const
    {
        const T *x = memory.at<T>(op.inputs[0]);
        float *mean = memory.at<float>(op.outputs[1]), *variance = memory.at<float>(op.outputs[2]);
        float *partials = reinterpret_cast<float *>(memory.scratch);
        const RunningStatistics statistics{mean, variance, memory.at<float>(op.inputs[3]), memory.at<float>(op.inputs[4]), attributes.momentum, sums.rows};
        TRAINYARD_CHECK(launch(stream, partStatistics<kPack, T>, sums.blocks(), kTileThreads, sums, x, partials, statistics));
        if (sums.parts > 1)
            TRAINYARD_CHECK(launch(stream, mergeStatistics, static_cast<unsigned>((sums.channels + 7) / 8), kTileThreads, sums, partials, statistics));
        const ChannelVectors vectors{memory.at<float>(op.inputs[1]), memory.at<float>(op.inputs[2]), mean, variance, attributes.epsilon};
        return launch(stream, normalize<kPack, T>, apply.blocks(), kTileThreads, apply, vectors, attributes.fusedRelu, x,
                      memory.at<T>(op.outputs[0]));
    }
};

}  // namespace

StepResult makeBatchNorm(StepRequest &request)
{
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {request.op.inputs[0], request.op.outputs[0]}));
    const Shape &shape = request.inputShape(0);
    const std::int64_t channels = shape.back(), rows = shape.elements() / channels;
    const int most = dtype == DType::F32 ? packElements<float>() : packElements<__half>(), pack = channels % most == 0 ? most : 1;
    const Norm norm{request.op, dtype, request.attributes<BatchNormAttributes>(), sumTiles(rows, channels, pack), applyTiles(rows, channels, pack), pack > 1};
    request.scratchBytes = partSumBytes(norm.sums);
    if (request.hasOutput(3))
        request.outputBytes[3] = 1;  // no mask is kept, and 0 would mean the declared size
    return makeKernelStep([norm](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(norm.dtype, [&](auto zero) {
            using T = decltype(zero);
            return norm.packed ? norm.template start<T, packElements<T>()>(memory, stream) : norm.template start<T, 1>(memory, stream);
        });
    });
}

}  // namespace trainyard::cuda
