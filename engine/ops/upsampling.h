// Where a bilinear upsampling reads. Pixel centres lie at i + 1/2, as in PyTorch with align_corners=False: result pixel o
// of an axis enlarged by `factor` lies at max((o + 1/2) / factor - 1/2, 0) of the source.
#pragma once

#include <cstdint>

#include "engine/base/host_device.h"

namespace trainyard {

struct BilinearTap {
    std::int64_t first, second;  // source pixels; the same at the far edge
    float share;                 // of the second
};

TRAINYARD_HOST_DEVICE inline BilinearTap bilinearTap(std::int64_t o, std::int64_t factor, std::int64_t sources)
{
    const float at = (static_cast<float>(o) + 0.5f) / static_cast<float>(factor) - 0.5f;
    const float inside = at > 0.0f ? at : 0.0f;
    const auto first = static_cast<std::int64_t>(inside);
    return {first, first + 1 < sources ? first + 1 : first, inside - static_cast<float>(first)};
}

// How much of source pixel i goes into result pixel o.
TRAINYARD_HOST_DEVICE inline float bilinearShare(std::int64_t o, std::int64_t factor, std::int64_t sources, std::int64_t i)
{
    const BilinearTap tap = bilinearTap(o, factor, sources);
    return (tap.first == i ? 1.0f - tap.share : 0.0f) + (tap.second == i ? tap.share : 0.0f);
}

// The result pixels that source pixel i may go into.
struct UpsampledRange {
    std::int64_t begin, end;
};

TRAINYARD_HOST_DEVICE inline UpsampledRange upsampledRange(std::int64_t i, std::int64_t factor, std::int64_t sources, bool bilinear)
{
    const std::int64_t begin = bilinear ? (i - 1) * factor : i * factor, end = bilinear ? (i + 2) * factor : (i + 1) * factor;
    return {begin > 0 ? begin : 0, end < sources * factor ? end : sources * factor};
}

}  // namespace trainyard
