#include "engine/backends/cuda/max_pool_place.h"
#include "engine/backends/cuda/pooling.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// kPack channels of one output pixel per thread. Of equal values the first wins; what is not a number wins over all.
template <int kPack, typename T, typename Place>
__global__ void maxPool(PoolWindow window, PixelItems items, const T *x, T *y, Place *saved)
{
    const std::size_t channels = static_cast<std::size_t>(items.packs.divisor()) * kPack;
    const std::uint32_t stride = gridDim.x * blockDim.x;
    for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < items.count; i += stride) {
        const PixelItem at = items.item(i);
        const IndexRange rows = window.h.inputsUnder(at.row), columns = window.w.inputsUnder(at.column);
        const int top = window.h.windowBegin(at.row), left = window.w.windowBegin(at.column);
        Pack<T, kPack> best{};
        Pack<Place, kPack> place{};
        bool first = true;
        for (int row = rows.begin; row < rows.end; ++row)
            for (int column = columns.begin; column < columns.end; ++column) {
                const Pack<T, kPack> found =
                    loadPack<kPack>(x + pixelOffset(at.image, row, column, window.h.inputs, window.w.inputs, channels) + at.pack * kPack);
                const auto position = static_cast<Place>((row - top) * window.w.kernel + (column - left));
                TRAINYARD_UNROLL
                for (int k = 0; k < kPack; ++k) {
                    const float value = toFloat(found.values[k]), largest = toFloat(best.values[k]);
                    if (first || value > largest || (value != value && largest == largest)) {
                        best.values[k] = found.values[k];
                        place.values[k] = position;
                    }
                }
                first = false;
            }
        const std::size_t to = static_cast<std::size_t>(i) * kPack;
        storePack(y + to, best);
        storePack(saved + to, place);
    }
}

}  // namespace

StepResult makeMaxPool2d(StepRequest &request)
{
    const auto &pool = request.attributes<Pool2dAttributes>();
    const ValueId x = request.op.inputs[0], y = request.op.outputs[0], saved = request.op.outputs[1];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {x, y}));
    const Shape in = request.inputShape(0), out = request.outputShape();
    const PoolWindow window = poolWindow(pool, in, out);
    const Window2d sizes = pool.window;
    request.outputBytes[1] = static_cast<std::uint64_t>(out.elements()) * (placesFitBytes(sizes) ? 1 : 4);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            return withPlaceType(sizes, [&](auto place) {
                using T = decltype(zero);
                using Place = decltype(place);
                constexpr int kPack = packElements<T>();
                const bool packed = out[3] % kPack == 0 && packsAligned(memory.at<T>(x), memory.at<T>(y), memory.at<Place>(saved));
                return forPixels(out, packed ? kPack : 1, [&](std::int64_t first, const PixelItems &items) {
                    return launch(stream, packed ? maxPool<kPack, T, Place> : maxPool<1, T, Place>, blocksFor(items.count, kBlockThreads, 65536),
                                  kBlockThreads, window, items, memory.at<const T>(x) + first * perImage(in),
                                  memory.at<T>(y) + first * perImage(out), memory.at<Place>(saved) + first * perImage(out));
                });
            });
        });
    });
}

}  // namespace trainyard::cuda
