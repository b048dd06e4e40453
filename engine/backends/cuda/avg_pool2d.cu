#include "engine/backends/cuda/pooling.h"
#include "engine/backends/cuda/tile_sums.h"
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

// One output pixel per image whose window is the whole image: a block for a tile of an image's channels, its threads share
// the pixels. tiles: of one image, rows are its pixels.
template <int kPack, typename T>
__global__ void averageImage(ChannelTiles tiles, const T *x, T *y)
{
    const unsigned image = blockIdx.x / static_cast<unsigned>(tiles.tiles);
    const TilePlace at = tilePlace(tiles, blockIdx.x % static_cast<unsigned>(tiles.tiles), threadIdx.x);
    const T *pixels = x + static_cast<std::size_t>(image) * tiles.rows * tiles.channels;
    float sums[kPack] = {};
    if (at.pack < tiles.packs)
        TRAINYARD_UNROLL_BY_4
        for (std::int64_t row = at.firstRow; row < tiles.rows; row += tiles.lanes()) {
            float values[kPack];
            loadFloats(pixels + row * tiles.channels + at.pack * kPack, values);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                sums[k] += values[k];
        }
    const float *totals = sumTile<kPack>(sums, tiles.width);
    const int column = static_cast<int>(threadIdx.x);
    if (column >= tiles.width || at.pack >= tiles.packs)
        return;
    for (int k = 0; k < kPack; ++k)
        sums[k] = totals[k * tiles.width + column] / static_cast<float>(tiles.rows);
    storeFloats(y + static_cast<std::size_t>(image) * tiles.channels + at.pack * kPack, sums);
}

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
                return launch(stream, packed ? averageImage<kPack, T> : averageImage<1, T>, static_cast<unsigned>(in[0] * tiles.tiles),
                              kTileThreads, tiles, memory.at<const T>(x), memory.at<T>(y));
            }
            return forPixels(out, pack, [&](std::int64_t first, const PixelItems &items) {
                return launch(stream, packed ? averagePool<kPack, T> : averagePool<1, T>, blocksFor(items.count, kBlockThreads, 65536),
                              kBlockThreads, window, items, memory.at<const T>(x) + first * perImage(in), memory.at<T>(y) + first * perImage(out));
            });
        });
    });
}

}  // namespace trainyard::cuda
