#include <cstring>

#include "engine/backends/cpu/attention_heads.h"
#include "engine/backends/cpu/elementary.h"
#include "engine/backends/cpu/lane_sums.h"
#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

// Turns one query's products into its softmax again, by the log-sum-exp of the forward pass.
TRAINYARD_SIMD_CLONES void weighRow(float *row, std::int64_t seen, std::int64_t columns, const float *mask, float logSum)
{
#pragma omp simd
    for (std::int64_t j = 0; j < seen; ++j)
        row[j] = exponential(row[j] - logSum);
    if (mask)
#pragma omp simd
        for (std::int64_t j = 0; j < seen; ++j)
            row[j] = mask[j] != 0.0f ? row[j] : 0.0f;
    for (std::int64_t j = seen; j < columns; ++j)
        row[j] = 0.0f;
}

// The gradient of the products from that of the weights: w (dw - delta), with delta the row's sum of w dw.
TRAINYARD_SIMD_CLONES void throughSoftmax(const float *weights, float *gradients, std::int64_t columns, float delta)
{
#pragma omp simd
    for (std::int64_t j = 0; j < columns; ++j)
        gradients[j] = weights[j] * (gradients[j] - delta);
}

TRAINYARD_SIMD_CLONES float dot(const float *a, const float *b, std::int64_t size)
{
    constexpr auto kLanes = static_cast<std::int64_t>(kSumLanes);
    float sums[kSumLanes] = {};
    std::int64_t i = 0;
    for (; i + kLanes <= size; i += kLanes)
#pragma omp simd
        for (std::int64_t k = 0; k < kLanes; ++k)
            sums[k] += a[i + k] * b[i + k];
    for (std::int64_t k = 0; i < size; ++i, ++k)
        sums[k] += a[i] * b[i];
    return addLanes(sums);
}

void clearRows(float *rows, std::int64_t count, std::int64_t size, std::int64_t stride)
{
    for (std::int64_t r = 0; r < count; ++r)
        std::memset(rows + r * stride, 0, static_cast<std::size_t>(size) * sizeof(float));
}

struct Pointers {
    const float *q, *k, *v, *y, *dy, *logSums, *mask;
    float *dq, *dk, *dv;
};

// Some queries of one head: their dq, and what they add to dk and dv. weights, gradients: blocks of products.
void backFrom(const HeadSizes &sizes, const Pointers &p, std::int64_t sample, std::int64_t head, std::int64_t begin, float *weights, float *gradients)
{
    const std::int64_t end = std::min(begin + kQueryBlock, sizes.queries), rows = end - begin, size = sizes.size;
    const std::int64_t width = sizes.queryWidth(), keyWidth = sizes.keyWidth();
    const std::int64_t from = sizes.queriesFrom(sample, head) + begin * width, keysFrom = sizes.keysFrom(sample, sizes.keyHeadOf(head));
    const float *mask = p.mask ? p.mask + sample * sizes.keys : nullptr;
    const float *logSums = p.logSums + (sample * sizes.heads + head) * sizes.queries + begin;
    float delta[kQueryBlock];  // the sum of w dw over the keys is that of y dy over the head's columns
    for (std::int64_t r = 0; r < rows; ++r)
        delta[r] = dot(p.y + from + r * width, p.dy + from + r * width, size);
    clearRows(p.dq + from, rows, size, width);
    const Matrix q{p.q + from, width}, dy{p.dy + from, width};
    const std::int64_t seen = sizes.seenBy(end - 1);
    for (std::int64_t key = 0; key < seen; key += kKeyBlock) {
        const std::int64_t columns = std::min(kKeyBlock, seen - key), at = keysFrom + key * keyWidth;
        multiply(rows, columns, size, sizes.scale, q, {p.k + at, keyWidth, true}, 0.0f, weights, columns);
        multiply(rows, columns, size, 1.0f, dy, {p.v + at, keyWidth, true}, 0.0f, gradients, columns);
        for (std::int64_t r = 0; r < rows; ++r) {
            const std::int64_t ofRow = std::clamp<std::int64_t>(sizes.seenBy(begin + r) - key, 0, columns);
            weighRow(weights + r * columns, ofRow, columns, mask ? mask + key : nullptr, logSums[r]);
            throughSoftmax(weights + r * columns, gradients + r * columns, columns, delta[r]);
        }
        multiply(columns, size, rows, 1.0f, {weights, columns, true}, dy, 1.0f, p.dv + at, keyWidth);
        multiply(columns, size, rows, sizes.scale, {gradients, columns, true}, q, 1.0f, p.dk + at, keyWidth);
        multiply(rows, size, columns, sizes.scale, {gradients, columns}, {p.k + at, keyWidth}, 1.0f, p.dq + from, width);
    }
}

}  // namespace

std::unique_ptr<Step> makeAttentionGrad(StepRequest &request)
{
    const HeadSizes sizes(request.attributes<AttentionAttributes>(), request.inputShape(0), request.inputShape(1));
    const ValueId mask = request.hasInput(6) ? request.op.inputs[6] : kNoValue;
    constexpr std::int64_t kWork = kQueryBlock * kKeyBlock;
    request.scratchBytes = static_cast<std::uint64_t>(request.threads) * 2 * kWork * sizeof(float);
    return makeLoop([op = request.op, threads = request.threads, sizes, mask](const StepMemory &memory) {
        const auto in = [&](std::size_t i) { return memory.at<const float>(op.inputs[i]); };
        const Pointers p{in(0), in(1), in(2), in(3), in(4), in(5), memory.at<float>(mask),
                         memory.at<float>(op.outputs[0]), memory.at<float>(op.outputs[1]), memory.at<float>(op.outputs[2])};
        auto *work = reinterpret_cast<float *>(memory.scratch);
        // A thread takes a key head with all the heads it serves, so that nobody else adds to its dk and dv.
        const std::int64_t tasks = sizes.samples * sizes.keyHeads, group = sizes.heads / sizes.keyHeads;
#pragma omp parallel for num_threads(threads) schedule(static, 1)
        for (int t = 0; t < threads; ++t)
            for (std::int64_t task = t; task < tasks; task += threads) {
                const std::int64_t sample = task / sizes.keyHeads, keyHead = task % sizes.keyHeads;
                for (float *gradient : {p.dk, p.dv})
                    clearRows(gradient + sizes.keysFrom(sample, keyHead), sizes.keys, sizes.size, sizes.keyWidth());
                for (std::int64_t head = keyHead * group; head < (keyHead + 1) * group; ++head)
                    for (std::int64_t begin = 0; begin < sizes.queries; begin += kQueryBlock)
                        backFrom(sizes, p, sample, head, begin, work + t * 2 * kWork, work + (t * 2 + 1) * kWork);
            }
    });
}

}  // namespace trainyard::cpu
