// Sums over a row are made in sixteen interleaved parts, added up in one order: vectorized on every instruction set, and the
// same bits on all of them.
#pragma once

#include <cstddef>

namespace trainyard::cpu {

inline constexpr std::size_t kSumLanes = 16;

template <typename T>
[[gnu::always_inline]] inline T addLanes(T *lanes)
{
    for (std::size_t width = kSumLanes / 2; width > 0; width /= 2)
        for (std::size_t k = 0; k < width; ++k)
            lanes[k] += lanes[k + width];
    return lanes[0];
}

}  // namespace trainyard::cpu
