#include "engine/backends/cuda/pooling.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/ops/upsampling.h"

namespace trainyard::cuda {

namespace {

// One channel of one source pixel per thread. height, width: of dx.
template <typename T>
__global__ void upsampleGrad(UpsampleAttributes factors, PixelItems items, std::int64_t height, std::int64_t width, const T *dy, T *dx)
{
    const std::size_t channels = items.packs.divisor();
    const std::uint32_t stride = gridDim.x * blockDim.x;
    for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < items.count; i += stride) {
        const PixelItem at = items.item(i);
        const UpsampledRange rows = upsampledRange(at.row, factors.factorH, height, factors.bilinear);
        const UpsampledRange columns = upsampledRange(at.column, factors.factorW, width, factors.bilinear);
        float sum = 0;
        for (std::int64_t h = rows.begin; h < rows.end; ++h)
            for (std::int64_t w = columns.begin; w < columns.end; ++w) {
                const float share = factors.bilinear ? bilinearShare(h, factors.factorH, height, at.row) * bilinearShare(w, factors.factorW, width, at.column) : 1.0f;
                sum += share * toFloat(dy[pixelOffset(at.image, static_cast<int>(h), static_cast<int>(w), static_cast<int>(height * factors.factorH),
                                                      static_cast<int>(width * factors.factorW), channels) + at.pack]);
            }
        dx[i] = fromFloat<T>(sum);
    }
}

}  // namespace

StepResult makeUpsample2dGrad(StepRequest &request)
{
    const auto factors = request.attributes<UpsampleAttributes>();
    const ValueId dy = request.op.inputs[0], dx = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {dy, dx}));
    const Shape in = request.outputShape(), out = request.inputShape(0);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return forPixels(in, 1, [&](std::int64_t first, const PixelItems &items) {
                return launch(stream, upsampleGrad<T>, blocksFor(items.count, kBlockThreads, 65536), kBlockThreads, factors, items, in[1], in[2],
                              memory.at<const T>(dy) + first * perImage(out), memory.at<T>(dx) + first * perImage(in));
            });
        });
    });
}

}  // namespace trainyard::cuda
