#include "engine/backends/cuda/max_pool_place.h"
#include "engine/backends/cuda/pooling.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// kPack channels of one input pixel per thread: it asks each window above it whether its maximum was here. The sum's
// order is that of the windows, always.
template <int kPack, typename T, typename Place>
__global__ void maxPoolGradient(PoolWindow window, PixelItems items, const T *dy, const Place *saved, T *dx)
{
    const std::size_t channels = static_cast<std::size_t>(items.packs.divisor()) * kPack;
    const std::uint32_t stride = gridDim.x * blockDim.x;
    for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < items.count; i += stride) {
        const PixelItem at = items.item(i);
        const IndexRange rows = window.h.outputsOver(at.row), columns = window.w.outputsOver(at.column);
        float sums[kPack] = {};
        for (int row = rows.begin; row < rows.end; ++row)
            for (int column = columns.begin; column < columns.end; ++column) {
                const std::size_t from = pixelOffset(at.image, row, column, window.h.outputs, window.w.outputs, channels) + at.pack * kPack;
                const auto here = static_cast<Place>((at.row - window.h.windowBegin(row)) * window.w.kernel
                                                     + (at.column - window.w.windowBegin(column)));
                const Pack<Place, kPack> places = loadPack<kPack>(saved + from);
                float gradients[kPack];
                loadFloats(dy + from, gradients);
                TRAINYARD_UNROLL
                for (int k = 0; k < kPack; ++k)
                    sums[k] += places.values[k] == here ? gradients[k] : 0.0f;
            }
        storeFloats(dx + static_cast<std::size_t>(i) * kPack, sums);
    }
}

}  // namespace

StepResult makeMaxPool2dGrad(StepRequest &request)
{
    const auto &pool = request.attributes<Pool2dAttributes>();
    const ValueId dy = request.op.inputs[0], saved = request.op.inputs[1], dx = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {dy, dx}));
    const Shape in = request.outputShape(), out = request.inputShape(0);
    const PoolWindow window = poolWindow(pool, in, out);
    const Window2d sizes = pool.window;
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            return withPlaceType(sizes, [&](auto place) {
                using T = decltype(zero);
                using Place = decltype(place);
                constexpr int kPack = packElements<T>();
                const bool packed = in[3] % kPack == 0 && packsAligned(memory.at<T>(dy), memory.at<T>(dx), memory.at<Place>(saved));
                return forPixels(in, packed ? kPack : 1, [&](std::int64_t first, const PixelItems &items) {
                    return launch(stream, packed ? maxPoolGradient<kPack, T, Place> : maxPoolGradient<1, T, Place>,
                                  blocksFor(items.count, kBlockThreads, 65536), kBlockThreads, window, items,
                                  memory.at<const T>(dy) + first * perImage(out), memory.at<const Place>(saved) + first * perImage(out),
                                  memory.at<T>(dx) + first * perImage(in));
                });
            });
        });
    });
}

}  // namespace trainyard::cuda
