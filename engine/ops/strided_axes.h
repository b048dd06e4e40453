// A tensor read in another order: its axes with the distance between their entries in memory, neighbours joined where they
// lie one after the other.
#pragma once

#include <span>
#include <vector>

#include "engine/tensor/tensor.h"

namespace trainyard {

struct StridedAxis {
    std::int64_t length = 1, stride = 1;
};

// The axes of x in this order, outermost first; never empty.
inline std::vector<StridedAxis> permutedAxes(const Shape &x, std::span<const std::int64_t> order)
{
    std::vector<std::int64_t> strides(x.rank(), 1);
    for (std::size_t i = x.rank(); i-- > 1;)
        strides[i - 1] = strides[i] * x[i];
    std::vector<StridedAxis> axes;
    for (const std::int64_t axis : order) {
        const StridedAxis next{x[static_cast<std::size_t>(axis)], strides[static_cast<std::size_t>(axis)]};
        if (next.length == 1)
            continue;
        if (!axes.empty() && axes.back().stride == next.stride * next.length)
            axes.back() = {axes.back().length * next.length, next.stride};
        else
            axes.push_back(next);
    }
    if (axes.empty())
        axes.push_back({});
    return axes;
}

}  // namespace trainyard
