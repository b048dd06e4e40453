// A tensor seen around one axis: outer blocks, the axis' length, inner elements per entry of the axis.
#pragma once

#include "engine/tensor/tensor.h"

namespace trainyard::cpu {

struct AxisSplit {
    std::int64_t outer = 1, length = 1, inner = 1;
};

inline AxisSplit splitAt(const Shape &shape, std::int64_t axis)
{
    const auto rank = static_cast<std::int64_t>(shape.rank());
    const std::int64_t at = axis < 0 ? axis + rank : axis;
    AxisSplit split;
    for (std::int64_t i = 0; i < rank; ++i)
        (i < at ? split.outer : i == at ? split.length : split.inner) *= shape[static_cast<std::size_t>(i)];
    return split;
}

}  // namespace trainyard::cpu
