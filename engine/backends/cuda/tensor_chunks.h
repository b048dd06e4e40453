// Many tensors of any sizes in few launches: every tensor is cut into chunks, a block works on one chunk and finds by
// bisection which tensor it belongs to. The tables travel as kernel arguments (at most 4 KiB), so nothing is copied.
#pragma once

#include <cstdint>
#include <span>

#include "engine/base/host_device.h"
#include "engine/base/result.h"

namespace trainyard::cuda {

inline constexpr int kMostTensors = 64;
inline constexpr std::int64_t kChunkElements = 4096;

// The last of `count` segments that begins at or before the position; begins ascend from 0.
TRAINYARD_HOST_DEVICE inline int findSegment(const std::uint32_t *begins, int count, std::uint32_t position)
{
    int low = 0;
    for (int high = count; high - low > 1;) {
        const int middle = (low + high) / 2;
        if (begins[middle] <= position)
            low = middle;
        else
            high = middle;
    }
    return low;
}

// kArrays pointers per tensor: the parameter, its gradient and so on, all of the same count.
template <int kArrays>
struct TensorChunks {
    void *arrays[kArrays][kMostTensors];
    std::int64_t counts[kMostTensors];
    std::uint32_t firstChunk[kMostTensors];
    int tensors = 0;
};
static_assert(sizeof(TensorChunks<4>) <= 4000);

struct ChunkRange {
    int tensor;
    std::int64_t begin, end;  // elements of that tensor
};

template <int kArrays>
TRAINYARD_HOST_DEVICE inline ChunkRange chunkRange(const TensorChunks<kArrays> &chunks, std::uint32_t chunk)
{
    const int tensor = findSegment(chunks.firstChunk, chunks.tensors, chunk);
    const std::int64_t begin = static_cast<std::int64_t>(chunk - chunks.firstChunk[tensor]) * kChunkElements;
    const std::int64_t left = chunks.counts[tensor] - begin;
    return {tensor, begin, begin + (left < kChunkElements ? left : kChunkElements)};
}

// Calls start(chunks, blocks), which returns a Status, for as many tensors at a time as a table holds.
// pointer(i, k): array k of tensor i. Errors: those of start.
template <int kArrays, typename Pointer, typename Start>
Status forTensorChunks(std::span<const std::int64_t> counts, const Pointer &pointer, const Start &start)
{
    for (std::size_t first = 0; first < counts.size();) {
        TensorChunks<kArrays> chunks;
        std::int64_t blocks = 0;
        for (; first < counts.size() && chunks.tensors < kMostTensors; ++first) {
            const std::int64_t more = (counts[first] + kChunkElements - 1) / kChunkElements;
            if (more == 0)
                continue;
            if (blocks + more > 0x7FFFFFFF)
                break;
            for (int k = 0; k < kArrays; ++k)
                chunks.arrays[k][chunks.tensors] = pointer(first, k);
            chunks.counts[chunks.tensors] = counts[first];
            chunks.firstChunk[chunks.tensors] = static_cast<std::uint32_t>(blocks);
            ++chunks.tensors;
            blocks += more;
        }
        if (chunks.tensors > 0)
            TRAINYARD_CHECK(start(chunks, static_cast<unsigned>(blocks)));
    }
    return {};
}

}  // namespace trainyard::cuda
