#include "engine/backends/cuda/bias_activation.h"

#include "engine/backends/cuda/activation_math.h"
#include "engine/backends/cuda/float_types.h"
#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

namespace {

// A thread takes kPack neighbours of one row. Its column moves on by the same amount each time, so that the loop needs
// no division.
template <typename T, int kPack, ActivationKind kKind>
__global__ void biasActivationKernel(T *y, std::int64_t packs, std::int64_t columns, std::int64_t columnStride, const float *bias,
                                     float slope)
{
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    std::int64_t column = i * kPack % columns;
    for (; i < packs; i += stride) {
        float values[kPack];
        loadFloats<kPack>(y + i * kPack, values);
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            values[k] = activated<kKind>(bias ? values[k] + bias[column + k] : values[k], slope);
        storeFloats<kPack>(y + i * kPack, values);
        column += columnStride;
        if (column >= columns)
            column -= columns;
    }
}

template <typename T, int kPack>
Status run(cudaStream_t stream, T *y, std::int64_t count, std::int64_t columns, const float *bias, const ActivationAttributes &activation)
{
    const std::int64_t packs = count / kPack;
    const unsigned blocks = blocksFor(packs);
    const std::int64_t columnStride = static_cast<std::int64_t>(blocks) * kBlockThreads * kPack % columns;
    return withFusedActivation(activation.kind, [&](auto kind) {
        return launch(stream, biasActivationKernel<T, kPack, kind()>, blocks, kBlockThreads, y, packs, columns, columnStride, bias,
                      activation.slope);
    });
}

}  // namespace

Status biasActivation(cudaStream_t stream, DType dtype, void *y, std::int64_t rows, std::int64_t columns, const float *bias,
                      const ActivationAttributes &activation)
{
    return withFloatType(dtype, [&](auto zero) {
        using T = decltype(zero);
        constexpr int kPack = packElements<T>();
        T *values = static_cast<T *>(y);
        if (columns % kPack == 0 && packsAligned(values))
            return run<T, kPack>(stream, values, rows * columns, columns, bias, activation);
        return run<T, 1>(stream, values, rows * columns, columns, bias, activation);
    });
}

}  // namespace trainyard::cuda
