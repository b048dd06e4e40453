#include "engine/backends/cuda/dropout_mask.h"
#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

namespace {

// 16 bytes per thread: one or two groups of the generator's four numbers.
template <typename T>
__global__ void dropout(std::uint32_t key, float rate, bool aligned, std::int64_t count, const T *x, T *y, const StepScalars *scalars)
{
    constexpr int kPack = packElements<T>();
    const DropoutDraw draw(*scalars, key, rate);
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x * kPack;
    for (std::int64_t i = (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) * kPack; i < count; i += stride) {
        const bool whole = aligned && i + kPack <= count;
        float values[kPack] = {};
        if (whole)
            loadFloats(x + i, values);
        else
            for (int k = 0; k < kPack; ++k)
                values[k] = i + k < count ? toFloat(x[i + k]) : 0.0f;
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; k += 4)
            draw.apply(i + k, values + k);
        if (whole)
            storeFloats(y + i, values);
        else
            for (int k = 0; k < kPack; ++k)
                if (i + k < count)
                    y[i + k] = fromFloat<T>(values[k]);
    }
}

// One draw for each sample and channel. A block has a part of one sample's positions, `rows` of them side by side; a thread
// stays in its channels, so that it draws once for many elements.
struct ChannelGrid {
    std::int64_t samples, positions, channels;
    int lanes, rows, parts;

    explicit ChannelGrid(const Shape &shape)
        : samples(shape[0]), positions(shape.elements() / shape[0] / shape.back()), channels(shape.back()),
          lanes(static_cast<int>(std::min<std::int64_t>(channels, kBlockThreads))), rows(kBlockThreads / lanes),
          parts(static_cast<int>(std::clamp<std::int64_t>(positions / (16 * rows), 1, 64)))
    {
    }
    unsigned blocks() const { return blocksFor(samples * parts, 1, 1 << 16); }
};

template <typename T>
__global__ void dropoutChannels(std::uint32_t key, float rate, ChannelGrid grid, const T *x, T *y, const StepScalars *scalars)
{
    const DropoutDraw draw(*scalars, key, rate);
    const int lane = static_cast<int>(threadIdx.x) % grid.lanes, row = static_cast<int>(threadIdx.x) / grid.lanes;
    for (std::int64_t block = blockIdx.x; block < grid.samples * grid.parts; block += gridDim.x) {
        const std::int64_t n = block / grid.parts, part = block % grid.parts;
        for (std::int64_t c = lane; row < grid.rows && c < grid.channels; c += grid.lanes) {
            const bool keeps = draw.keeps(n * grid.channels + c);
            for (std::int64_t p = part * grid.rows + row; p < grid.positions; p += grid.rows * grid.parts) {
                const std::int64_t at = (n * grid.positions + p) * grid.channels + c;
                y[at] = fromFloat<T>(keeps ? toFloat(x[at]) * draw.scale : 0.0f);
            }
        }
    }
}

}  // namespace

StepResult makeDropout(StepRequest &request)
{
    const ValueId x = request.op.inputs[0], y = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {x, y}));
    const auto attributes = request.attributes<DropoutAttributes>();
    const std::int64_t count = request.outputShape().elements();
    const ChannelGrid channels(request.outputShape());
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            if (attributes.channelwise)
                return launch(stream, dropoutChannels<T>, channels.blocks(), kBlockThreads, attributes.key, attributes.rate, channels,
                              memory.at<const T>(x), memory.at<T>(y), memory.scalars);
            const std::int64_t packs = (count + packElements<T>() - 1) / packElements<T>();
            return launch(stream, dropout<T>, blocksFor(packs), kBlockThreads, attributes.key, attributes.rate,
                          packsAligned(memory.at<T>(x), memory.at<T>(y)), count, memory.at<const T>(x), memory.at<T>(y), memory.scalars);
        });
    });
}

}  // namespace trainyard::cuda
