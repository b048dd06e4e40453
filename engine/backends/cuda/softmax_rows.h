// The largest entry of a row and the sum of exp(entry - largest), in one pass.
#pragma once

#include <cfloat>

#include "engine/backends/cuda/row_teams.h"

namespace trainyard::cuda {

struct LargestAndSum {
    float largest, sum;
};

struct MergeSums {
    __device__ LargestAndSum operator()(LargestAndSum a, LargestAndSum b) const
    {
        const LargestAndSum high = a.largest >= b.largest ? a : b, low = a.largest >= b.largest ? b : a;
        return {high.largest, high.sum + low.sum * expf(low.largest - high.largest)};
    }
};

__device__ inline LargestAndSum fromLane(LargestAndSum value, int distance)
{
    return {fromLane(value.largest, distance), fromLane(value.sum, distance)};
}

// Every lane of the team gets the row's result. columns 0: the team has no row.
template <int kLanes, int kPack, typename T>
__device__ inline LargestAndSum largestAndSum(const T *row, int columns)
{
    LargestAndSum mine{-FLT_MAX, 0.0f};
    RowTeam<kLanes>::template forColumns<kPack>(columns, [&](int c) {
        float x[kPack];
        loadFloats(row + c, x);
        float largest = mine.largest;
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            largest = fmaxf(largest, x[k]);
        float sum = mine.sum * expf(mine.largest - largest);
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            sum += expf(x[k] - largest);
        mine = {largest, sum};
    });
    return RowTeam<kLanes>::reduce(mine, MergeSums{});
}

}  // namespace trainyard::cuda
