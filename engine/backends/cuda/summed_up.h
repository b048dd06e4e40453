// One sum over a whole tensor in two steps: each block leaves a partial sum, one more block adds those up and hands the
// total to `finish`, which writes what is wanted. A single block finishes at once.
//
// finish(total, scalars) is called by one thread. Sums are kept in double: there is one addition per element or row, far
// below what memory allows.
#pragma once

#include "engine/backends/cuda/block_reduce.h"
#include "engine/backends/cuda/elementwise.h"
#include "engine/ops/op_spec.h"

namespace trainyard::cuda {

// The mean over the elements, or positions, of the valid rows, times scale.
struct MeanLoss {
    float *loss;
    float scale;
    std::int64_t perRow;
    const double *divisor = nullptr;  // instead of how many there are
    __device__ void operator()(double total, const StepScalars &scalars) const
    {
        const double by = divisor ? *divisor : static_cast<double>(scalars.validRows * perRow);
        *loss = by > 0 ? static_cast<float>(scale * total / by) : 0.0f;
    }
};

// Adds the total to sums[0] and how much was counted to sums[1].
struct AddToMetric {
    double *sums;
    std::int64_t perRow;
    __device__ void operator()(double total, const StepScalars &scalars) const
    {
        sums[0] += total;
        sums[1] += static_cast<double>(scalars.validRows * perRow);
    }
};

// Called by all threads of the block at the kernel's end.
template <typename Finish>
__device__ inline void leaveSum(double mine, double *partials, const Finish &finish, const StepScalars *scalars)
{
    const double total = reduceBlock(mine, Plus{});
    if (threadIdx.x != 0)
        return;
    if (gridDim.x == 1)
        finish(total, *scalars);
    else
        partials[blockIdx.x] = total;
}

template <typename Finish>
__global__ void sumPartials(const double *partials, int count, Finish finish, const StepScalars *scalars)
{
    double mine = 0;
    for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x))
        mine += partials[i];
    leaveSum(mine, nullptr, finish, scalars);
}

// After a kernel of `blocks` blocks that ended with leaveSum(). Errors: Internal with CUDA's text.
template <typename Finish>
Status finishSum(cudaStream_t stream, unsigned blocks, const double *partials, const Finish &finish, const StepScalars *scalars)
{
    if (blocks == 1)
        return {};
    return launch(stream, sumPartials<Finish>, 1u, kBlockThreads, partials, static_cast<int>(blocks), finish, scalars);
}

inline std::uint64_t partialBytes(unsigned blocks)
{
    return blocks > 1 ? blocks * sizeof(double) : 0;
}

// The sum of function(i, x[i]...) over the elements of the valid rows.
template <typename Function, typename Finish, typename... In>
__global__ void __launch_bounds__(kMostBlockThreads)
    sumElements(Function function, Finish finish, std::int64_t perRow, bool packed, double *partials, const StepScalars *scalars, const In *...x)
{
    constexpr int kPack = packElements<In...>();
    const std::int64_t valid = scalars->validRows * perRow, packs = packed ? valid / kPack : 0;
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    double mine = 0;
    const auto addPack = [&](std::int64_t at, const Pack<In, kPack> &...pack) {
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            mine += function(at + k, toFloat(pack.values[k])...);
    };
    for (std::int64_t i = first; i < packs; i += stride)
        addPack(i * kPack, loadPack<kPack>(x + i * kPack)...);
    for (std::int64_t i = packs * kPack + first; i < valid; i += stride)
        mine += function(i, toFloat(x[i])...);
    leaveSum(mine, partials, finish, scalars);
}

struct SumGrid {
    unsigned blocks = 1, threads = kBlockThreads;
};

inline SumGrid sumGrid(std::int64_t elements)
{
    if (elements <= 8 * kMostBlockThreads)
        return {1, static_cast<unsigned>(std::clamp<std::int64_t>((elements / 4 + 31) / 32 * 32, 32, kMostBlockThreads))};
    return {blocksFor(elements, 8 * kBlockThreads, 1024), kBlockThreads};
}

// Errors: Internal with CUDA's text.
template <typename Function, typename Finish, typename... In>
Status launchSumElements(cudaStream_t stream, SumGrid grid, const Function &function, const Finish &finish, std::int64_t perRow,
                         double *partials, const StepScalars *scalars, const In *...x)
{
    TRAINYARD_CHECK(launch(stream, sumElements<Function, Finish, In...>, grid.blocks, grid.threads, function, finish, perRow,
                           packsAligned(x...), partials, scalars, x...));
    return finishSum(stream, grid.blocks, partials, finish, scalars);
}

}  // namespace trainyard::cuda
