#include "engine/backends/cpu/row_loops.h"

#include "engine/backends/cpu/lane_sums.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

TRAINYARD_SIMD_CLONES float sumOf(const float *x, std::size_t count)
{
    float lanes[kSumLanes] = {};
    std::size_t i = 0;
    for (; i + kSumLanes <= count; i += kSumLanes)
#pragma omp simd
        for (std::size_t k = 0; k < kSumLanes; ++k)
            lanes[k] += x[i + k];
    for (std::size_t k = 0; i < count; ++i, ++k)
        lanes[k] += x[i];
    return addLanes(lanes);
}

TRAINYARD_SIMD_CLONES void sumRows(const float *x, std::size_t length, std::size_t inner, std::size_t begin, std::size_t end, float scale, float *y)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i)
        y[i] = x[i];
    for (std::size_t l = 1; l < length; ++l)
#pragma omp simd
        for (std::size_t i = begin; i < end; ++i)
            y[i] += x[l * inner + i];
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i)
        y[i] *= scale;
}

TRAINYARD_SIMD_CLONES void largestOfRows(const float *x, std::size_t length, std::size_t inner, std::size_t begin, std::size_t end, float *y)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i)
        y[i] = x[i];
    for (std::size_t l = 1; l < length; ++l)
#pragma omp simd
        for (std::size_t i = begin; i < end; ++i)
            y[i] = x[l * inner + i] > y[i] ? x[l * inner + i] : y[i];
}

TRAINYARD_SIMD_CLONES void addShare(const float *x, float share, std::size_t count, float *y)
{
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        y[i] += share * x[i];
}

}  // namespace trainyard::cpu
