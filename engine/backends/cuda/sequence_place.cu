#include "engine/backends/cuda/sequence_place.h"

#include "engine/backends/cuda/float_types.h"
#include "engine/backends/cuda/launch.h"

namespace trainyard::cuda {

namespace {

template <typename T>
__global__ void statesBefore(std::int64_t count, std::int64_t length, std::int64_t units, bool reverse, const T *states, T *before)
{
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) {
        const std::int64_t t = i / units % length;
        const bool first = t == (reverse ? length - 1 : 0);
        before[i] = first ? fromFloat<T>(0.0f) : states[reverse ? i + units : i - units];
    }
}

}  // namespace

Status copyStatesBefore(cudaStream_t stream, DType dtype, const SequencePlace &place, bool reverse, const void *states, void *before)
{
    const std::int64_t count = place.batch * place.length * place.units;
    return withFloatType(dtype, [&](auto zero) {
        using T = decltype(zero);
        return launch(stream, statesBefore<T>, blocksFor(count), kBlockThreads, count, place.length, place.units, reverse,
                      static_cast<const T *>(states), static_cast<T *>(before));
    });
}

}  // namespace trainyard::cuda
