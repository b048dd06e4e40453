#include "engine/backends/cpu/group_norm.h"

#include <cmath>

#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

// sums[c] = sum over the positions of x, or of (x - offset[c])^2; part is as long.
template <bool kSquares>
[[gnu::always_inline]] inline void sumChannels(const float *x, std::size_t positions, std::size_t channels, const float *offset, float *part, float *sums)
{
    for (std::size_t c = 0; c < channels; ++c)
        sums[c] = 0;
    for (std::size_t begin = 0; begin < positions; begin += kPositionsPerSum) {
        const std::size_t end = begin + kPositionsPerSum < positions ? begin + kPositionsPerSum : positions;
#pragma omp simd
        for (std::size_t c = 0; c < channels; ++c)
            part[c] = 0;
        for (std::size_t p = begin; p < end; ++p) {
            const float *row = x + p * channels;
#pragma omp simd
            for (std::size_t c = 0; c < channels; ++c)
                part[c] += kSquares ? (row[c] - offset[c]) * (row[c] - offset[c]) : row[c];
        }
#pragma omp simd
        for (std::size_t c = 0; c < channels; ++c)
            sums[c] += part[c];
    }
}

TRAINYARD_SIMD_CLONES void channelSums(const float *x, std::size_t positions, std::size_t channels, float *part, float *sums)
{
    sumChannels<false>(x, positions, channels, nullptr, part, sums);
}

TRAINYARD_SIMD_CLONES void channelSquares(const float *x, std::size_t positions, std::size_t channels, const float *offset, float *part, float *sums)
{
    sumChannels<true>(x, positions, channels, offset, part, sums);
}

TRAINYARD_SIMD_CLONES void normalizeChannels(const float *x, std::size_t positions, std::size_t channels, const float *mean, const float *scale,
                                             const float *beta, float *y)
{
    for (std::size_t p = 0; p < positions; ++p, x += channels, y += channels)
#pragma omp simd
        for (std::size_t c = 0; c < channels; ++c)
            y[c] = (x[c] - mean[c]) * scale[c] + beta[c];
}

float groupMean(const float *sums, const GroupSizes &sizes, std::size_t group)
{
    float total = 0;
    for (std::size_t c = group * sizes.groupChannels(); c < (group + 1) * sizes.groupChannels(); ++c)
        total += sums[c];
    return total / sizes.groupElements();
}

struct SampleStatistics {
    float *mean, *inverse;  // by group
};

// work: four rows of the channels' length.
void normalizeSample(const GroupSizes &sizes, const float *x, const float *gamma, const float *beta, float epsilon, const SampleStatistics &out, float *work, float *y)
{
    const std::size_t channels = sizes.channels, perGroup = sizes.groupChannels();
    float *part = work, *sums = work + channels, *mean = work + 2 * channels, *scale = work + 3 * channels;
    channelSums(x, sizes.positions, channels, part, sums);
    for (std::size_t g = 0; g < sizes.groups; ++g) {
        out.mean[g] = groupMean(sums, sizes, g);
        std::fill(mean + g * perGroup, mean + (g + 1) * perGroup, out.mean[g]);
    }
    // Squared distances from the mean, in a second pass: no cancellation.
    channelSquares(x, sizes.positions, channels, mean, part, sums);
    for (std::size_t g = 0; g < sizes.groups; ++g) {
        out.inverse[g] = 1.0f / std::sqrt(groupMean(sums, sizes, g) + epsilon);
        for (std::size_t c = g * perGroup; c < (g + 1) * perGroup; ++c)
            scale[c] = gamma[c] * out.inverse[g];
    }
    normalizeChannels(x, sizes.positions, channels, mean, scale, beta, y);
}

}  // namespace

std::unique_ptr<Step> makeGroupNorm(StepRequest &request)
{
    const auto &a = request.attributes<GroupNormAttributes>();
    const GroupSizes sizes(request.inputShape(0), a.groups);
    const auto threads = static_cast<std::size_t>(request.threads);
    request.scratchBytes = threads * 4 * sizes.channels * sizeof(float);
    return makeLoop([op = request.op, threads, sizes, epsilon = a.epsilon](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]), *gamma = memory.at<float>(op.inputs[1]), *beta = memory.at<float>(op.inputs[2]);
        float *y = memory.at<float>(op.outputs[0]), *mean = memory.at<float>(op.outputs[1]), *inverse = memory.at<float>(op.outputs[2]);
        auto *work = reinterpret_cast<float *>(memory.scratch);
#pragma omp parallel for num_threads(static_cast<int>(threads)) schedule(static, 1)
        for (std::size_t t = 0; t < threads; ++t)
            for (std::size_t n = sizes.samples * t / threads; n < sizes.samples * (t + 1) / threads; ++n)
                normalizeSample(sizes, x + n * sizes.sampleElements(), gamma, beta, epsilon, {mean + n * sizes.groups, inverse + n * sizes.groups},
                                work + t * 4 * sizes.channels, y + n * sizes.sampleElements());
    });
}

}  // namespace trainyard::cpu
