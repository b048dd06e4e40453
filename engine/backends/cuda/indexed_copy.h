// Elements moved to other places of a sample: y[i] = x[where(i)].
#pragma once

#include <algorithm>

#include "engine/backends/cuda/fast_divisor.h"
#include "engine/backends/cuda/launch.h"

namespace trainyard::cuda {

inline constexpr std::int64_t kNowhere = -1;

// where(i): the source of element i, or kNowhere for `fill`.
template <typename In, typename Out, typename Where>
__global__ void indexedCopy(std::uint32_t count, Where where, float fill, const In *x, Out *y)
{
    const std::uint32_t stride = gridDim.x * blockDim.x;
    for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < count; i += stride) {
        const std::int64_t from = where(i);
        y[i] = from == kNowhere ? fromFloat<Out>(fill) : fromFloat<Out>(toFloat(x[from]));
    }
}

// In as many launches as 32-bit indices need. xPerSample: 0 where all samples are made from the same elements.
template <typename In, typename Out, typename Where>
Status copyIndexed(cudaStream_t stream, const Where &where, std::int64_t samples, std::int64_t xPerSample, std::int64_t yPerSample, const In *x, Out *y,
                   float fill = 0.0f)
{
    // The index of an element within all samples of a launch serves where each sample has its own source, too.
    const std::int64_t atOnce = xPerSample == 0 ? 1 : std::clamp<std::int64_t>(kMostFastItems / yPerSample, 1, samples);
    for (std::int64_t first = 0; first < samples; first += atOnce) {
        const std::int64_t count = std::min(atOnce, samples - first) * yPerSample;
        TRAINYARD_CHECK(launch(stream, indexedCopy<In, Out, Where>, blocksFor(count, kBlockThreads, 65536), kBlockThreads,
                               static_cast<std::uint32_t>(count), where, fill, x + first * xPerSample, y + first * yPerSample));
    }
    return {};
}

}  // namespace trainyard::cuda
