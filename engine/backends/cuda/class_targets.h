// The target class of a position and its largest prediction, worked out by a team of lanes; of equal ones the first.
#pragma once

#include "engine/backends/cuda/row_teams.h"
#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

struct LargestEntry {
    float value;
    int column;
};

struct FirstLargest {
    __device__ LargestEntry operator()(LargestEntry a, LargestEntry b) const
    {
        return b.value > a.value || (b.value == a.value && b.column < a.column) ? b : a;
    }
};

__device__ inline LargestEntry fromLane(LargestEntry entry, int distance)
{
    return {trainyard::cuda::fromLane(entry.value, distance), trainyard::cuda::fromLane(entry.column, distance)};
}

// For every lane of the team. width 0: the team has no row.
template <int kLanes, typename T>
__device__ inline int largestColumn(const T *row, int width)
{
    LargestEntry mine{-INFINITY, 0};  // a row of numbers that are none counts as its first
    RowTeam<kLanes>::template forColumns<1>(width, [&](int c) {
        const float value = toFloat(row[c]);
        if (value > mine.value)
            mine = {value, c};
    });
    return RowTeam<kLanes>::reduce(mine, FirstLargest{}).column;
}

// One of both: a class for each position, or a number for each entry.
struct ClassTargets {
    const std::int32_t *classes = nullptr;
    const float *numbers = nullptr;
    std::int32_t ignoreIndex = -1;

    // For every lane; -1: the position does not count. width 0: the team has no row.
    template <int kLanes>
    __device__ int at(std::int64_t row, int width) const
    {
        const int target = classes ? (width > 0 ? classes[row] : -1) : largestColumn<kLanes>(numbers + row * width, width);
        return width == 0 || (classes && ignoreIndex >= 0 && target == ignoreIndex) ? -1 : target;
    }
};

inline ClassTargets classTargetsAt(const StepMemory &memory, ValueId id, bool indices, std::int32_t ignoreIndex)
{
    return {indices ? memory.at<std::int32_t>(id) : nullptr, indices ? nullptr : memory.at<float>(id), ignoreIndex};
}

}  // namespace trainyard::cuda
