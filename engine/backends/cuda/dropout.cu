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

}  // namespace

StepResult makeDropout(StepRequest &request)
{
    const ValueId x = request.op.inputs[0], y = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {x, y}));
    const auto attributes = request.attributes<DropoutAttributes>();
    const std::int64_t count = request.outputShape().elements();
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            const std::int64_t packs = (count + packElements<T>() - 1) / packElements<T>();
            return launch(stream, dropout<T>, blocksFor(packs), kBlockThreads, attributes.key, attributes.rate,
                          packsAligned(memory.at<T>(x), memory.at<T>(y)), count, memory.at<const T>(x), memory.at<T>(y), memory.scalars);
        });
    });
}

}  // namespace trainyard::cuda
