// One output element from the elements of the same place in the inputs: y[i] = function(i, x[i]...), in float.
//
// A function that needs the step's scalars has begin(), which each thread calls once: it returns the function to apply.
// The output may be any one of the inputs.
#pragma once

#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

template <typename Function>
__device__ inline auto readyFunction(const Function &function)
{
    if constexpr (requires { function.begin(); })
        return function.begin();
    else
        return function;
}

template <int kPack, typename Function, typename Out, typename... In>
__device__ inline void applyToPack(const Function &function, std::int64_t at, Out *y, const Pack<In, kPack> &...x)
{
    Pack<Out, kPack> result;
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k)
        result.values[k] = fromFloat<Out>(function(at + k, toFloat(x.values[k])...));
    storePack(y + at, result);
}

// The first `packs` packs are taken whole, what is left one by one.
template <typename Function, typename Out, typename... In>
__global__ void elementwise(Function function, std::int64_t packs, std::int64_t count, Out *y, const In *...x)
{
    constexpr int kPack = packElements<Out, In...>();
    const auto apply = readyFunction(function);
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    for (std::int64_t i = first; i < packs; i += stride)
        applyToPack<kPack>(apply, i * kPack, y, loadPack<kPack>(x + i * kPack)...);
    for (std::int64_t i = packs * kPack + first; i < count; i += stride)
        y[i] = fromFloat<Out>(apply(i, toFloat(x[i])...));
}

// Errors: Internal with CUDA's text.
template <typename Function, typename Out, typename... In>
Status launchElementwise(cudaStream_t stream, const Function &function, std::int64_t count, Out *y, const In *...x)
{
    constexpr int kPack = packElements<Out, In...>();
    const std::int64_t packs = packsAligned(y, x...) ? count / kPack : 0;
    return launch(stream, elementwise<Function, Out, In...>, blocksFor(packs + (count - packs * kPack)), kBlockThreads, function, packs, count,
                  y, x...);
}

}  // namespace trainyard::cuda
