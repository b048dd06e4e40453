#include "engine/backends/cuda/pooling.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/ops/upsampling.h"

namespace trainyard::cuda {

namespace {

// One channel of one pixel of the result per thread. height, width: of x.
template <typename T>
__global__ void upsample(UpsampleAttributes factors, PixelItems items, std::int64_t height, std::int64_t width, const T *x, T *y)
{
    const std::size_t channels = items.packs.divisor();
    const std::uint32_t stride = gridDim.x * blockDim.x;
    for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < items.count; i += stride) {
        const PixelItem at = items.item(i);
        const auto source = [&](std::int64_t row, std::int64_t column) {
            return toFloat(x[pixelOffset(at.image, static_cast<int>(row), static_cast<int>(column), static_cast<int>(height), static_cast<int>(width), channels) + at.pack]);
        };
        if (!factors.bilinear) {
            y[i] = fromFloat<T>(source(at.row / factors.factorH, at.column / factors.factorW));
            continue;
        }
        const BilinearTap down = bilinearTap(at.row, factors.factorH, height), right = bilinearTap(at.column, factors.factorW, width);
        const float topLeft = source(down.first, right.first), bottomLeft = source(down.second, right.first);
        const float top = topLeft + right.share * (source(down.first, right.second) - topLeft);
        const float bottom = bottomLeft + right.share * (source(down.second, right.second) - bottomLeft);
        y[i] = fromFloat<T>(top + down.share * (bottom - top));
    }
}

}  // namespace

StepResult makeUpsample2d(StepRequest &request)
{
    const auto factors = request.attributes<UpsampleAttributes>();
    const ValueId x = request.op.inputs[0], y = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {x, y}));
    const Shape in = request.inputShape(0), out = request.outputShape();
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return forPixels(out, 1, [&](std::int64_t first, const PixelItems &items) {
                return launch(stream, upsample<T>, blocksFor(items.count, kBlockThreads, 65536), kBlockThreads, factors, items, in[1], in[2],
                              memory.at<const T>(x) + first * perImage(in), memory.at<T>(y) + first * perImage(out));
            });
        });
    });
}

}  // namespace trainyard::cuda
