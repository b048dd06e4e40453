// Group norm works channel by channel: sums of each channel over a sample's positions, vectorized across the channels, are
// joined to the groups' afterwards.
#pragma once

#include <cstddef>

#include "engine/tensor/tensor.h"

namespace trainyard::cpu {

struct GroupSizes {
    std::size_t samples, positions, channels, groups;

    GroupSizes(const Shape &x, std::int64_t theGroups)
        : samples(static_cast<std::size_t>(x[0])), positions(static_cast<std::size_t>(x.elements() / x[0] / x.back())),
          channels(static_cast<std::size_t>(x.back())), groups(static_cast<std::size_t>(theGroups))
    {
    }
    std::size_t groupChannels() const { return channels / groups; }
    std::size_t sampleElements() const { return positions * channels; }
    float groupElements() const { return static_cast<float>(positions * groupChannels()); }
};

// A long sum is made of short ones, so that rounding does not add up over a large image.
inline constexpr std::size_t kPositionsPerSum = 64;

}  // namespace trainyard::cpu
