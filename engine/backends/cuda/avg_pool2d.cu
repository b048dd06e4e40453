#include "engine/backends/cuda/entry_sums.h"
#include "engine/backends/cuda/pooling.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// kPack channels of one output pixel per thread.
template <int kPack, typename T>
__global__ void averagePool(PoolWindow window, PixelItems items, const T *x, T *y)
{
    const std::size_t channels = static_cast<std::size_t>(items.packs.divisor()) * kPack;
    const std::uint32_t stride = gridDim.x * blockDim.x;
    for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < items.count; i += stride) {
        const PixelItem at = items.item(i);
        const IndexRange rows = window.h.inputsUnder(at.row), columns = window.w.inputsUnder(at.column);
        float sums[kPack] = {};
        for (int row = rows.begin; row < rows.end; ++row)
            TRAINYARD_UNROLL_BY_4
            for (int column = columns.begin; column < columns.end; ++column) {
                float values[kPack];
                loadFloats(x + pixelOffset(at.image, row, column, window.h.inputs, window.w.inputs, channels) + at.pack * kPack, values);
                TRAINYARD_UNROLL
                for (int k = 0; k < kPack; ++k)
                    sums[k] += values[k];
            }
        const float share = window.share(at.row, at.column);
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            sums[k] *= share;
        storeFloats(y + static_cast<std::size_t>(i) * kPack, sums);
    }
}

struct OverPixels {
    float pixels;
    __device__ float operator()(float sum) const { return sum / pixels; }
};

bool isGlobal(const PoolWindow &w)
{
    return w.h.outputs == 1 && w.w.outputs == 1 && w.h.kernel == w.h.inputs && w.w.kernel == w.w.inputs && w.h.pad == 0 && w.w.pad == 0;
}

}  // namespace

StepResult makeAvgPool2d(StepRequest &request)
{
    const auto &pool = request.attributes<Pool2dAttributes>();
    const ValueId x = request.op.inputs[0], y = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {x, y}));
    const Shape in = request.inputShape(0), out = request.outputShape();
    const PoolWindow window = poolWindow(pool, in, out);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            constexpr int kPack = packElements<T>();
            const bool packed = out[3] % kPack == 0 && packsAligned(memory.at<T>(x), memory.at<T>(y));
            const int pack = packed ? kPack : 1;
            if (isGlobal(window)) {
                const ChannelTiles tiles = channelTiles(in[1] * in[2], in[3], pack, 1, 1);
                return launch(stream, packed ? sumEntries<kPack, OverPixels, T, T> : sumEntries<1, OverPixels, T, T>, static_cast<unsigned>(in[0] * tiles.tiles),
                              kTileThreads, tiles, OverPixels{static_cast<float>(tiles.rows)}, memory.at<const T>(x), memory.at<T>(y));
            }
            return forPixels(out, pack, [&](std::int64_t first, const PixelItems &items) {
                return launch(stream, packed ? averagePool<kPack, T> : averagePool<1, T>, blocksFor(items.count, kBlockThreads, 65536),
                              kBlockThreads, window, items, memory.at<const T>(x) + first * perImage(in), memory.at<T>(y) + first * perImage(out));
            });
        });
    });
}

}  // namespace trainyard::cuda
