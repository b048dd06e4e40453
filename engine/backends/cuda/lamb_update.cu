// Three passes: the moments, with partial sums of both norms; one ratio per tensor; the step, made anew from the moments.
#include "engine/backends/cuda/sum_squares.h"

namespace trainyard::cuda {

namespace {

struct Norms {
    double weights, step;  // sums of squares
};

struct PlusNorms {
    __device__ Norms operator()(const Norms &a, const Norms &b) const { return {a.weights + b.weights, a.step + b.step}; }
};

struct LambRule {
    const StepScalars *scalars;
    LambAttributes a;
    float logBeta1, logBeta2;
    float rate = 0, correction1 = 1, correction2 = 1;

    __device__ LambRule begin() const
    {
        LambRule ready = *this;
        const float t = static_cast<float>(scalars->step + 1);
        ready.rate = scalars->learningRate * a.rateFactor;
        ready.correction1 = 1.0f / -expm1f(t * logBeta1);
        ready.correction2 = 1.0f / sqrtf(-expm1f(t * logBeta2));
        return ready;
    }
    __device__ float step(float w, float m, float v) const
    {
        return m * correction1 / (sqrtf(v) * correction2 + a.epsilon) + a.weightDecay * w;
    }
};

// Arrays of the chunks: parameter, gradient, first and second moment.
using Chunks = TensorChunks<4>;

__global__ void moveMoments(const __grid_constant__ Chunks chunks, LambRule rule, Norms *partials, const float *skip)
{
    if (skip && *skip != 0.0f)
        return;
    const LambRule ready = rule.begin();
    const ChunkRange range = chunkRange(chunks, blockIdx.x);
    float *arrays[4];
    for (int k = 0; k < 4; ++k)
        arrays[k] = static_cast<float *>(chunks.arrays[k][range.tensor]);
    Norms mine{};
    for (std::int64_t i = range.begin + threadIdx.x; i < range.end; i += blockDim.x) {
        const float w = arrays[0][i], g = arrays[1][i];
        const float m = rule.a.beta1 * arrays[2][i] + (1.0f - rule.a.beta1) * g;
        const float v = rule.a.beta2 * arrays[3][i] + (1.0f - rule.a.beta2) * g * g;
        arrays[2][i] = m;
        arrays[3][i] = v;
        mine = PlusNorms{}(mine, {square(w), square(ready.step(w, m, v))});
    }
    mine.weights = reduceBlock(mine.weights, Plus{});
    mine.step = reduceBlock(mine.step, Plus{});
    if (threadIdx.x == 0)
        partials[blockIdx.x] = mine;
}

// A block per tensor of the table.
__global__ void trustRatios(const __grid_constant__ Chunks chunks, unsigned blocks, const Norms *partials, float *ratios)
{
    const int tensor = static_cast<int>(blockIdx.x);
    const std::uint32_t end = tensor + 1 < chunks.tensors ? chunks.firstChunk[tensor + 1] : blocks;
    Norms mine{};
    for (std::uint32_t i = chunks.firstChunk[tensor] + threadIdx.x; i < end; i += blockDim.x)
        mine = PlusNorms{}(mine, partials[i]);
    const double weights = reduceBlock(mine.weights, Plus{}), step = reduceBlock(mine.step, Plus{});
    if (threadIdx.x == 0)
        ratios[tensor] = weights == 0 || step == 0 ? 1.0f : static_cast<float>(sqrt(weights / step));
}

__global__ void takeSteps(const __grid_constant__ Chunks chunks, LambRule rule, const float *ratios, const float *skip)
{
    if (skip && *skip != 0.0f)
        return;
    const LambRule ready = rule.begin();
    const ChunkRange range = chunkRange(chunks, blockIdx.x);
    auto *w = static_cast<float *>(chunks.arrays[0][range.tensor]);
    const auto *m = static_cast<const float *>(chunks.arrays[2][range.tensor]), *v = static_cast<const float *>(chunks.arrays[3][range.tensor]);
    const float rate = ready.rate * ratios[range.tensor];
    for (std::int64_t i = range.begin + threadIdx.x; i < range.end; i += blockDim.x)
        w[i] -= rate * ready.step(w[i], m[i], v[i]);
}

}  // namespace

StepResult makeLambUpdate(StepRequest &request)
{
    const auto a = request.attributes<LambAttributes>();
    TRAINYARD_TRY(auto tensors, updatedTensors(request, 0, 4, 4));
    const std::size_t chunks = chunksOf(tensors.counts);
    request.scratchBytes = chunks * sizeof(Norms) + tensors.counts.size() * sizeof(float);
    return makeKernelStep([=, lossScale = lossScaleOf(request), tensors = std::move(tensors)](const StepMemory &memory, cudaStream_t stream) {
        const float *skip = skipFlag(memory, lossScale);
        const LambRule rule{memory.scalars, a, logOf(a.beta1), logOf(a.beta2)};
        auto *partials = reinterpret_cast<Norms *>(memory.scratch);
        auto *ratios = reinterpret_cast<float *>(partials + chunks);
        return forTensorChunks<4>(
            tensors.counts, [&](std::size_t i, int k) { return memory.at<void>(tensors.values[4 * i + static_cast<std::size_t>(k)]); },
            [&](const Chunks &some, unsigned blocks) -> Status {
                TRAINYARD_CHECK(launch(stream, moveMoments, blocks, kBlockThreads, some, rule, partials, skip));
                TRAINYARD_CHECK(launch(stream, trustRatios, static_cast<unsigned>(some.tensors), kBlockThreads, some, blocks, partials, ratios));
                TRAINYARD_CHECK(launch(stream, takeSteps, blocks, kBlockThreads, some, rule, ratios, skip));
                partials += blocks;
                ratios += some.tensors;
                return {};
            });
    });
}

}  // namespace trainyard::cuda
