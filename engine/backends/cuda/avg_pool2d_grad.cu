#include "engine/backends/cuda/pooling.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// kPack channels of one input pixel per thread: the shares of all windows above it, always in their order.
template <int kPack, typename T>
__global__ void averagePoolGradient(PoolWindow window, PixelItems items, const T *dy, T *dx)
{
    const std::size_t channels = static_cast<std::size_t>(items.packs.divisor()) * kPack;
    const std::uint32_t stride = gridDim.x * blockDim.x;
    for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < items.count; i += stride) {
        const PixelItem at = items.item(i);
        const IndexRange rows = window.h.outputsOver(at.row), columns = window.w.outputsOver(at.column);
        float sums[kPack] = {};
        for (int row = rows.begin; row < rows.end; ++row)
            for (int column = columns.begin; column < columns.end; ++column) {
                const float share = window.share(row, column);
                float gradients[kPack];
                loadFloats(dy + pixelOffset(at.image, row, column, window.h.outputs, window.w.outputs, channels) + at.pack * kPack, gradients);
                TRAINYARD_UNROLL
                for (int k = 0; k < kPack; ++k)
                    sums[k] += gradients[k] * share;
            }
        storeFloats(dx + static_cast<std::size_t>(i) * kPack, sums);
    }
}

}  // namespace

StepResult makeAvgPool2dGrad(StepRequest &request)
{
    const auto &pool = request.attributes<Pool2dAttributes>();
    const ValueId dy = request.op.inputs[0], dx = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {dy, dx}));
    const Shape in = request.outputShape(), out = request.inputShape(0);
    const PoolWindow window = poolWindow(pool, in, out);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            constexpr int kPack = packElements<T>();
            const bool packed = in[3] % kPack == 0 && packsAligned(memory.at<T>(dy), memory.at<T>(dx));
            return forPixels(in, packed ? kPack : 1, [&](std::int64_t first, const PixelItems &items) {
                return launch(stream, packed ? averagePoolGradient<kPack, T> : averagePoolGradient<1, T>,
                              blocksFor(items.count, kBlockThreads, 65536), kBlockThreads, window, items,
                              memory.at<const T>(dy) + first * perImage(out), memory.at<T>(dx) + first * perImage(in));
            });
        });
    });
}

}  // namespace trainyard::cuda
