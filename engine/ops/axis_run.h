// A tensor seen around a run of neighbouring axes: outer blocks, entries of the run, inner elements per entry.
#pragma once

#include "engine/tensor/tensor.h"

namespace trainyard {

struct AxisRun {
    std::int64_t outer = 1, length = 1, inner = 1;
};

// first and last are axes of the shape, none negative.
inline AxisRun axisRun(const Shape &shape, std::int64_t first, std::int64_t last)
{
    AxisRun run;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(shape.rank()); ++i)
        (i < first ? run.outer : i <= last ? run.length : run.inner) *= shape[static_cast<std::size_t>(i)];
    return run;
}

// The axis counted from 0; a negative one counts from the end.
inline std::int64_t axisOf(const Shape &shape, std::int64_t axis)
{
    return axis < 0 ? axis + static_cast<std::int64_t>(shape.rank()) : axis;
}

// Around one axis, which may count from the end.
inline AxisRun axisRun(const Shape &shape, std::int64_t axis)
{
    return axisRun(shape, axisOf(shape, axis), axisOf(shape, axis));
}

// Which axes of `to` are repeated when `from` is expanded to it; empty (first > last) where none is.
struct RepeatedAxes {
    std::int64_t first = 0, last = -1;
    bool fits = true;         // each axis is repeated or the same
    bool neighbours = true;   // the repeated ones stand in one run
};

inline RepeatedAxes repeatedAxes(const Shape &from, const Shape &to)
{
    RepeatedAxes found;
    const std::size_t added = to.rank() - std::min(to.rank(), from.rank());
    found.fits = from.rank() <= to.rank();
    for (std::size_t i = 0; found.fits && i < to.rank(); ++i) {
        const bool missing = i < added;
        const bool repeated = missing || (from[i - added] == 1 && to[i] != 1);
        if (!missing && !repeated && from[i - added] != to[i])
            found.fits = false;
        if (!repeated)
            continue;
        const auto axis = static_cast<std::int64_t>(i);
        if (found.last < 0)
            found.first = axis;
        // Axes of length 1 between two repeated ones belong to the run: they change nothing.
        for (std::int64_t between = found.last + 1; found.last >= 0 && between < axis; ++between)
            found.neighbours = found.neighbours && to[static_cast<std::size_t>(between)] == 1;
        found.last = axis;
    }
    return found;
}

}  // namespace trainyard
