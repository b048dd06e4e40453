#include <cmath>
#include <cstring>
#include <limits>

#include "engine/backends/cpu/attention_heads.h"
#include "engine/backends/cpu/elementary.h"
#include "engine/backends/cpu/lane_sums.h"
#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// What is known of a query's softmax after some of its keys: the largest product, and the sum of exp(product - largest).
struct RowSoftmax {
    float largest, sum;
};

// Turns one query's products with `seen` keys into exp(product - largest), and those with the rest of the block into zeros. Returns
// the factor that brings what was summed up before to the new largest product. mask: null, or of each key.
TRAINYARD_SIMD_CLONES float weighRow(float *row, std::int64_t seen, std::int64_t columns, const float *mask, RowSoftmax &softmax)
{
    if (mask)
#pragma omp simd
        for (std::int64_t j = 0; j < seen; ++j)
            row[j] = mask[j] != 0.0f ? row[j] : -kInfinity;
    constexpr auto kLanes = static_cast<std::int64_t>(kSumLanes);
    float highest[kSumLanes];
    for (float &lane : highest)
        lane = -kInfinity;
    std::int64_t i = 0;
    for (; i + kLanes <= seen; i += kLanes)
#pragma omp simd
        for (std::int64_t k = 0; k < kLanes; ++k)
            highest[k] = row[i + k] > highest[k] ? row[i + k] : highest[k];
    for (std::int64_t k = 0; i < seen; ++i, ++k)
        highest[k] = row[i] > highest[k] ? row[i] : highest[k];
    float largest = softmax.largest;
    for (const float lane : highest)
        largest = lane > largest ? lane : largest;
    if (largest == -kInfinity)  // nothing to see so far
        seen = 0;
    const float factor = largest == softmax.largest ? 1.0f : exponential(softmax.largest - largest);
    float sums[kSumLanes] = {};
    for (i = 0; i + kLanes <= seen; i += kLanes)
#pragma omp simd
        for (std::int64_t k = 0; k < kLanes; ++k) {
            row[i + k] = exponential(row[i + k] - largest);
            sums[k] += row[i + k];
        }
    for (std::int64_t k = 0; i < seen; ++i, ++k) {
        row[i] = exponential(row[i] - largest);
        sums[k] += row[i];
    }
    for (; i < columns; ++i)
        row[i] = 0.0f;
    softmax.largest = largest;
    softmax.sum = softmax.sum * factor + addLanes(sums);
    return factor;
}

TRAINYARD_SIMD_CLONES void scaleRow(float *row, std::int64_t size, float factor)
{
#pragma omp simd
    for (std::int64_t i = 0; i < size; ++i)
        row[i] *= factor;
}

struct Pointers {
    const float *q, *k, *v, *mask;
    float *y, *logSums;
};

// Some queries of one head. work: a block of products.
void attend(const HeadSizes &sizes, const Pointers &p, std::int64_t sample, std::int64_t head, std::int64_t begin, float *work)
{
    const std::int64_t end = std::min(begin + kQueryBlock, sizes.queries), rows = end - begin, width = sizes.queryWidth(), size = sizes.size;
    const std::int64_t from = sizes.queriesFrom(sample, head) + begin * width, keysFrom = sizes.keysFrom(sample, sizes.keyHeadOf(head));
    const float *mask = p.mask ? p.mask + sample * sizes.keys : nullptr;
    float *y = p.y + from;
    RowSoftmax softmax[kQueryBlock];
    std::fill_n(softmax, rows, RowSoftmax{-kInfinity, 0.0f});
    const std::int64_t seen = sizes.seenBy(end - 1);
    for (std::int64_t key = 0; key < seen; key += kKeyBlock) {
        const std::int64_t columns = std::min(kKeyBlock, seen - key), at = keysFrom + key * sizes.keyWidth();
        multiply(rows, columns, size, sizes.scale, {p.q + from, width}, {p.k + at, sizes.keyWidth(), true}, 0.0f, work, columns);
        for (std::int64_t r = 0; r < rows; ++r) {
            const std::int64_t ofRow = std::clamp<std::int64_t>(sizes.seenBy(begin + r) - key, 0, columns);
            const float factor = weighRow(work + r * columns, ofRow, columns, mask ? mask + key : nullptr, softmax[r]);
            if (key > 0 && factor != 1.0f)
                scaleRow(y + r * width, size, factor);
        }
        multiply(rows, size, columns, 1.0f, {work, columns}, {p.v + at, sizes.keyWidth()}, key > 0 ? 1.0f : 0.0f, y, width);
    }
    float *logSums = p.logSums + (sample * sizes.heads + head) * sizes.queries + begin;
    for (std::int64_t r = 0; r < rows; ++r) {
        const bool any = softmax[r].sum > 0.0f;
        logSums[r] = any ? softmax[r].largest + std::log(softmax[r].sum) : 0.0f;
        if (any)
            scaleRow(y + r * width, size, 1.0f / softmax[r].sum);
        else
            std::memset(y + r * width, 0, static_cast<std::size_t>(size) * sizeof(float));
    }
}

}  // namespace

std::unique_ptr<Step> makeAttention(StepRequest &request)
{
    const HeadSizes sizes(request.attributes<AttentionAttributes>(), request.inputShape(0), request.inputShape(1));
    const ValueId mask = request.hasInput(3) ? request.op.inputs[3] : kNoValue;
    constexpr std::int64_t kWork = kQueryBlock * kKeyBlock;
    request.scratchBytes = static_cast<std::uint64_t>(request.threads) * kWork * sizeof(float);
    return makeLoop([op = request.op, threads = request.threads, sizes, mask](const StepMemory &memory) {
        const Pointers pointers{memory.at<float>(op.inputs[0]), memory.at<float>(op.inputs[1]), memory.at<float>(op.inputs[2]),
                                memory.at<float>(mask), memory.at<float>(op.outputs[0]), memory.at<float>(op.outputs[1])};
        auto *work = reinterpret_cast<float *>(memory.scratch);
        // A thread takes whole heads, whose keys stay in its cache; single blocks of queries where there are fewer heads than threads.
        const std::int64_t heads = sizes.samples * sizes.heads, blocks = (sizes.queries + kQueryBlock - 1) / kQueryBlock;
        const std::int64_t perTask = heads >= threads ? blocks : 1, tasks = heads * blocks / perTask;
#pragma omp parallel for num_threads(threads) schedule(static, 1)
        for (int t = 0; t < threads; ++t)
            for (std::int64_t task = t; task < tasks; task += threads) {
                const std::int64_t head = task % heads, first = task / heads * perTask;
                for (std::int64_t block = first; block < first + perTask; ++block)
                    attend(sizes, pointers, head / sizes.heads, head % sizes.heads, block * kQueryBlock, work + t * kWork);
            }
    });
}

}  // namespace trainyard::cpu
