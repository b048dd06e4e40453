// What the pooling kernels' launches share: packs of channels, and as many images at a time as 32-bit indices count.
#pragma once

#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/pool_window.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

// Calls start(first image, items) for items of kPack channels of the pixels of [N, H, W, C]; it returns a Status.
template <typename Start>
Status forPixels(const Shape &shape, int pack, const Start &start)
{
    const std::int64_t packs = shape[3] / pack, perImage = shape[1] * shape[2] * packs;
    const std::int64_t imagesAtOnce = std::max<std::int64_t>(kMostFastItems / perImage, 1);
    for (std::int64_t first = 0; first < shape[0]; first += imagesAtOnce) {
        const std::int64_t items = std::min(imagesAtOnce, shape[0] - first) * perImage;
        TRAINYARD_CHECK(start(first, PixelItems{FastDivisor(packs), FastDivisor(shape[2]), FastDivisor(shape[1]), static_cast<std::uint32_t>(items)}));
    }
    return {};
}

// Elements of one image.
inline std::int64_t perImage(const Shape &shape)
{
    return shape[1] * shape[2] * shape[3];
}

}  // namespace trainyard::cuda
