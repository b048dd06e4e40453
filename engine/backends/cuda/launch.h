// How a kernel is started: launch(stream, kernel, blocks, threads, arguments...).
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/backends/cuda/device_code.h"
#include "engine/backends/cuda/status.h"

namespace trainyard::cuda {

inline constexpr int kBlockThreads = 256;

// Blocks of a grid-stride loop over count items: fixed by the shape and capped, so that the work of a thread never
// depends on the card.
inline unsigned blocksFor(std::int64_t count, int threads = kBlockThreads, std::int64_t most = 4096)
{
    return static_cast<unsigned>(std::clamp<std::int64_t>((count + threads - 1) / threads, 1, most));
}

// Errors: Internal with CUDA's text.
template <typename... Parameters, typename... Arguments>
Status launch(cudaStream_t stream, void (*kernel)(Parameters...), dim3 blocks, dim3 threads, Arguments... arguments)
{
#ifdef TRAINYARD_CUDA_SIMULATION
    return check(simulation::launch(stream, kernel, blocks, threads, static_cast<Parameters>(arguments)...), "start a kernel");
#else
    return [&](Parameters... values) {
        void *pointers[] = {static_cast<void *>(&values)...};
        return check(cudaLaunchKernel(reinterpret_cast<const void *>(kernel), blocks, threads, pointers, 0, stream), "start a kernel");
    }(static_cast<Parameters>(arguments)...);
#endif
}

}  // namespace trainyard::cuda
