// How a GPU walks the rows of row_losses.h: elements by single lanes, the rest by teams.
#pragma once

#include "engine/backends/cuda/row_teams.h"
#include "engine/backends/cuda/step.h"
#include "engine/ops/row_losses.h"

namespace trainyard::cuda {

struct PlaceOfLargest {
    float value;
    std::int64_t place;  // -1: none
};

// Of equal ones the first.
struct FirstOfLargest {
    __device__ PlaceOfLargest operator()(PlaceOfLargest a, PlaceOfLargest b) const
    {
        if (a.place < 0 || b.place < 0)
            return a.place < 0 ? b : a;
        return b.value > a.value || (b.value == a.value && b.place < a.place) ? b : a;
    }
};

__device__ inline PlaceOfLargest fromLane(PlaceOfLargest one, int distance)
{
    return {fromLane(one.value, distance), fromLane(one.place, distance)};
}

template <int kLanes>
struct LossTeam {
    static constexpr std::int64_t lanes = kLanes;
    __device__ static std::int64_t lane() { return RowTeam<kLanes>::lane(); }
    template <typename T>
    __device__ static float number(T x) { return toFloat(x); }
    __device__ static double sum(double mine) { return RowTeam<kLanes>::reduce(mine, Plus{}); }
    __device__ static std::int64_t largest(float value, std::int64_t place)
    {
        return RowTeam<kLanes>::reduce(PlaceOfLargest{value, place}, FirstOfLargest{}).place;
    }
};

template <RowLossKind kKind, typename Function>
auto withLossLanes(int lanes, Function function)
{
    if constexpr (rowKindOf(kKind) == RowKind::Element)
        return function(std::integral_constant<int, 1>{});
    else
        return withLanes(lanes, function);
}

inline RowGrid lossGrid(const RowCut &cut, RowLossKind kind, bool sumsUp)
{
    if (rowKindOf(kind) == RowKind::Element)
        return {1, blocksFor(cut.rows, kBlockThreads, sumsUp ? 1024 : 8192), kBlockThreads};
    return rowGrid(cut.rows, cut.length, sumsUp);
}

// What both kernels get.
struct RowLossWork {
    RowLossAttributes attributes;
    RowCut cut;
    RowTargets targets;
    const StepScalars *scalars;
};

inline RowTargets rowTargetsAt(const StepMemory &memory, ValueId id, bool indices)
{
    return {indices ? memory.at<std::int32_t>(id) : nullptr, indices ? nullptr : memory.at<float>(id)};
}

}  // namespace trainyard::cuda
