#include <cstring>

#include "engine/backends/cpu/group_norm.h"
#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

// Of each channel over the positions: sums of dy, and dots of dy n with n = (x - mean) inverse. parts are as long.
struct ChannelSums {
    float *sumPart, *dotPart, *sums, *dots;
};

TRAINYARD_SIMD_CLONES void channelSums(const float *x, const float *dy, std::size_t positions, std::size_t channels, const float *mean,
                                       const float *inverse, ChannelSums out)
{
    for (std::size_t c = 0; c < channels; ++c)
        out.sums[c] = out.dots[c] = 0;
    for (std::size_t begin = 0; begin < positions; begin += kPositionsPerSum) {
        const std::size_t end = begin + kPositionsPerSum < positions ? begin + kPositionsPerSum : positions;
        float *sumPart = out.sumPart, *dotPart = out.dotPart;
#pragma omp simd
        for (std::size_t c = 0; c < channels; ++c)
            sumPart[c] = dotPart[c] = 0;
        for (std::size_t p = begin; p < end; ++p) {
            const float *xs = x + p * channels, *dys = dy + p * channels;
#pragma omp simd
            for (std::size_t c = 0; c < channels; ++c) {
                sumPart[c] += dys[c];
                dotPart[c] += dys[c] * ((xs[c] - mean[c]) * inverse[c]);
            }
        }
#pragma omp simd
        for (std::size_t c = 0; c < channels; ++c) {
            out.sums[c] += sumPart[c];
            out.dots[c] += dotPart[c];
        }
    }
}

// dx = inverse (dy gamma - sum - n dot), with sum and dot the group's means. dx may be dy.
TRAINYARD_SIMD_CLONES void dataGradient(const float *x, const float *dy, std::size_t positions, std::size_t channels, const float *gamma,
                                        const float *mean, const float *inverse, const float *sum, const float *dot, float *dx)
{
    for (std::size_t p = 0; p < positions; ++p, x += channels, dy += channels, dx += channels)
#pragma omp simd
        for (std::size_t c = 0; c < channels; ++c) {
            const float n = (x[c] - mean[c]) * inverse[c];
            dx[c] = inverse[c] * (dy[c] * gamma[c] - sum[c] - n * dot[c]);
        }
}

// What a thread works with: rows of the channels' length, one after another.
struct Work {
    float *dgamma, *dbeta, *mean, *inverse, *sumPart, *dotPart, *sums, *dots;
    static constexpr std::size_t kRows = 8;

    Work(float *at, std::size_t channels)
        : dgamma(at), dbeta(at + channels), mean(at + 2 * channels), inverse(at + 3 * channels), sumPart(at + 4 * channels),
          dotPart(at + 5 * channels), sums(at + 6 * channels), dots(at + 7 * channels)
    {
    }
};

void sampleGradient(const GroupSizes &sizes, const float *x, const float *dy, const float *gamma, const float *mean, const float *inverse,
                    const Work &work, float *dx)
{
    const std::size_t channels = sizes.channels, perGroup = sizes.groupChannels();
    for (std::size_t c = 0; c < channels; ++c) {
        work.mean[c] = mean[c / perGroup];
        work.inverse[c] = inverse[c / perGroup];
    }
    channelSums(x, dy, sizes.positions, channels, work.mean, work.inverse, {work.sumPart, work.dotPart, work.sums, work.dots});
    for (std::size_t c = 0; c < channels; ++c) {
        work.dbeta[c] += work.sums[c];
        work.dgamma[c] += work.dots[c];
    }
    for (std::size_t g = 0; g < sizes.groups; ++g) {
        float sum = 0, dot = 0;
        for (std::size_t c = g * perGroup; c < (g + 1) * perGroup; ++c) {
            sum += gamma[c] * work.sums[c];
            dot += gamma[c] * work.dots[c];
        }
        std::fill(work.sums + g * perGroup, work.sums + (g + 1) * perGroup, sum / sizes.groupElements());
        std::fill(work.dots + g * perGroup, work.dots + (g + 1) * perGroup, dot / sizes.groupElements());
    }
    dataGradient(x, dy, sizes.positions, channels, gamma, work.mean, work.inverse, work.sums, work.dots, dx);
}

}  // namespace

std::unique_ptr<Step> makeGroupNormGrad(StepRequest &request)
{
    const GroupSizes sizes(request.inputShape(0), request.attributes<GroupNormAttributes>().groups);
    const auto threads = static_cast<std::size_t>(request.threads);
    request.scratchBytes = threads * Work::kRows * sizes.channels * sizeof(float);
    return makeLoop([op = request.op, threads, sizes](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]), *dy = memory.at<float>(op.inputs[1]), *gamma = memory.at<float>(op.inputs[2]);
        const float *mean = memory.at<float>(op.inputs[3]), *inverse = memory.at<float>(op.inputs[4]);
        float *dx = memory.at<float>(op.outputs[0]);
        auto *scratch = reinterpret_cast<float *>(memory.scratch);
        const std::size_t channels = sizes.channels, perThread = Work::kRows * channels;
        // Each thread sums up the parameters' gradients of its samples; then they are added in the threads' order.
#pragma omp parallel for num_threads(static_cast<int>(threads)) schedule(static, 1)
        for (std::size_t t = 0; t < threads; ++t) {
            const Work work(scratch + t * perThread, channels);
            std::memset(work.dgamma, 0, 2 * channels * sizeof(float));
            for (std::size_t n = sizes.samples * t / threads; n < sizes.samples * (t + 1) / threads; ++n)
                sampleGradient(sizes, x + n * sizes.sampleElements(), dy + n * sizes.sampleElements(), gamma, mean + n * sizes.groups,
                               inverse + n * sizes.groups, work, dx + n * sizes.sampleElements());
        }
        for (std::size_t t = 1; t < threads; ++t)
            for (std::size_t i = 0; i < 2 * channels; ++i)
                scratch[i] += scratch[t * perThread + i];
        std::memcpy(memory.at<float>(op.outputs[1]), scratch, channels * sizeof(float));
        std::memcpy(memory.at<float>(op.outputs[2]), scratch + channels, channels * sizeof(float));
    });
}

}  // namespace trainyard::cpu
