#include "engine/backends/cuda/batch_norm.h"
#include "engine/backends/cuda/part_sums.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// dy behind the fused ReLU.
template <int kPack>
__device__ inline float gradientAt(const ChannelNorms<kPack> &norms, bool relu, float x, float dy, int k)
{
    return relu && !(norms.normalized(x, k) > 0.0f) ? 0.0f : dy;
}

// The sums of dy and of dy times normalized x: the gradients of beta and gamma.
template <int kPack, typename T>
__global__ void partGradients(ChannelTiles tiles, ChannelVectors vectors, bool relu, const T *x, const T *dy, PartSums out)
{
    const TilePlace at = tilePlace(tiles, blockIdx.x, threadIdx.x);
    const bool has = at.pack < tiles.packs;
    const ChannelNorms<kPack> norms(vectors, has ? at.pack * kPack : 0);
    float sums[2 * kPack] = {};
    if (has) {
        const std::int64_t end = tiles.partEnd(at.part);
        TRAINYARD_UNROLL_BY_4
        for (std::int64_t row = at.firstRow; row < end; row += tiles.lanes()) {
            const std::int64_t offset = row * tiles.channels + at.pack * kPack;
            float values[kPack], gradients[kPack];
            loadFloats(x + offset, values);
            loadFloats(dy + offset, gradients);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k) {
                const float gradient = gradientAt(norms, relu, values[k], gradients[k], k);
                sums[k] += gradient;
                sums[kPack + k] += gradient * (values[k] - norms.mean[k]);
            }
        }
    }
    leavePartSums<kPack>(tiles, at, sums, norms.inverse, out);
}

// dx may be dy.
template <int kPack, typename T>
__global__ void inputGradient(ChannelTiles tiles, ChannelVectors vectors, bool relu, const T *x, const T *dy, const float *dgamma,
                              const float *dbeta, T *dx)
{
    const TilePlace at = tilePlace(tiles, blockIdx.x, threadIdx.x);
    if (at.pack >= tiles.packs)
        return;
    const ChannelNorms<kPack> norms(vectors, at.pack * kPack);
    const float perRow = 1.0f / static_cast<float>(tiles.rows);
    float meanGradient[kPack], slope[kPack];
    loadFloats(dbeta + at.pack * kPack, meanGradient);
    loadFloats(dgamma + at.pack * kPack, slope);
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k) {
        meanGradient[k] *= perRow;
        slope[k] *= norms.inverse[k] * perRow;
    }
    constexpr int kRows = 2;
    const std::int64_t end = tiles.partEnd(at.part);
    for (std::int64_t row = at.firstRow; row < end; row += kRows * tiles.lanes()) {
        const TileRows<kRows> rows(tiles, at, row, end);
        Pack<T, kPack> values[kRows], gradients[kRows];
        rows.forEach([&](int r, std::int64_t offset) {
            values[r] = loadPack<kPack>(x + offset * kPack);
            gradients[r] = loadPack<kPack>(dy + offset * kPack);
        });
        rows.forEach([&](int r, std::int64_t offset) {
            Pack<T, kPack> result;
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k) {
                const float value = toFloat(values[r].values[k]), gradient = gradientAt(norms, relu, value, toFloat(gradients[r].values[k]), k);
                result.values[k] = fromFloat<T>(norms.scale[k] * (gradient - meanGradient[k] - (value - norms.mean[k]) * slope[k]));
            }
            storePack(dx + offset * kPack, result);
        });
    }
}

struct NormGradient {
    Op op;
    DType dtype;
    BatchNormAttributes attributes;
    ChannelTiles sums, apply;
    bool packed;

    template <typename T, int kPack>
    Status start(const StepMemory &memory, cudaStream_t stream) const
    {
        const T *x = memory.at<T>(op.inputs[0]), *dy = memory.at<T>(op.inputs[1]);
        float *dgamma = memory.at<float>(op.outputs[1]), *dbeta = memory.at<float>(op.outputs[2]);
        const PartSums out{reinterpret_cast<float *>(memory.scratch), dbeta, dgamma};
        const ChannelVectors vectors{memory.at<float>(op.inputs[2]), memory.at<float>(op.inputs[3]), memory.at<float>(op.inputs[4]),
                                     memory.at<float>(op.inputs[5]), attributes.epsilon};
        const bool relu = attributes.fusedRelu;
        TRAINYARD_CHECK(launch(stream, partGradients<kPack, T>, sums.blocks(), kTileThreads, sums, vectors, relu, x, dy, out));
        TRAINYARD_CHECK(finishPartSums(stream, sums, out));
        T *dx = memory.at<T>(op.outputs[0]);
        if (!dx)
            return {};
        return launch(stream, inputGradient<kPack, T>, apply.blocks(), kTileThreads, apply, vectors, relu, x, dy, dgamma, dbeta, dx);
    }
};

}  // namespace

StepResult makeBatchNormGrad(StepRequest &request)
{
    const Op &op = request.op;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[0], op.inputs[1]}));
    if (request.hasOutput(0))
        TRAINYARD_CHECK(commonFloatType(request, {op.inputs[0], op.outputs[0]}));
    const Shape &shape = request.inputShape(0);
    const std::int64_t channels = shape.back(), rows = shape.elements() / channels;
    const int most = dtype == DType::F32 ? packElements<float>() : packElements<__half>(), pack = channels % most == 0 ? most : 1;
    const NormGradient norm{op, dtype, request.attributes<BatchNormAttributes>(), sumTiles(rows, channels, pack), applyTiles(rows, channels, pack), pack > 1};
    request.scratchBytes = partSumBytes(norm.sums);
    return makeKernelStep([norm](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(norm.dtype, [&](auto zero) {
            using T = decltype(zero);
            return norm.packed ? norm.template start<T, packElements<T>()>(memory, stream) : norm.template start<T, 1>(memory, stream);
        });
    });
}

}  // namespace trainyard::cuda
