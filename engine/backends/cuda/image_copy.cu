#include "engine/backends/cuda/image_copy.h"

#include "engine/backends/cuda/float_types.h"
#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

namespace {

// One thread writes kPack channels of one pixel.
template <typename T, int kPack>
__global__ void copyChannelsKernel(std::int64_t pixels, const T *from, std::int64_t fromChannels, T *to, std::int64_t toChannels)
{
    const std::int64_t packs = toChannels / kPack, count = pixels * packs;
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) {
        const std::int64_t pixel = i / packs, first = (i - pixel * packs) * kPack;
        const T *source = from + pixel * fromChannels + first;
        Pack<T, kPack> pack;
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            pack.values[k] = first + k < fromChannels ? source[k] : fromFloat<T>(0.0f);
        storePack(to + pixel * toChannels + first, pack);
    }
}

}  // namespace

Status copyChannels(cudaStream_t stream, DType dtype, std::int64_t pixels, const void *from, std::int64_t fromChannels, void *to,
                    std::int64_t toChannels)
{
    return withFloatType(dtype, [&](auto zero) {
        using T = decltype(zero);
        constexpr int kPack = packElements<T>();
        const T *source = static_cast<const T *>(from);
        T *target = static_cast<T *>(to);
        if (toChannels % kPack == 0 && packsAligned(target))
            return launch(stream, copyChannelsKernel<T, kPack>, blocksFor(pixels * (toChannels / kPack)), kBlockThreads, pixels, source,
                          fromChannels, target, toChannels);
        return launch(stream, copyChannelsKernel<T, 1>, blocksFor(pixels * toChannels), kBlockThreads, pixels, source, fromChannels, target,
                      toChannels);
    });
}

}  // namespace trainyard::cuda
