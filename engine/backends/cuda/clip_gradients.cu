#include "engine/backends/cuda/sum_squares.h"

namespace trainyard::cuda {

namespace {

// Comparisons that are false of what is not a number, so that it stays.
struct ClampRule {
    static constexpr int kArrays = 1, kWritten = 0b1;
    float most;

    __device__ ClampRule begin() const { return *this; }
    __device__ void operator()(float (&values)[kArrays]) const
    {
        const float lower = values[0] > most ? most : values[0];
        values[0] = lower < -most ? -most : lower;
    }
};

// What the norm comes to: the factor for all gradients, and whether it changes nothing. Lies after the partial sums.
struct NormFactor {
    float factor;
    float unneeded;
};

struct NormFinish {
    NormFactor *result;
    float maxNorm;

    __device__ void operator()(double total, const StepScalars &) const
    {
        result->factor = static_cast<float>(static_cast<double>(maxNorm) / (sqrt(total) + 1e-6));
        result->unneeded = result->factor >= 1.0f ? 1.0f : 0.0f;
    }
};

struct ScaleRule {
    static constexpr int kArrays = 1, kWritten = 0b1;
    const NormFactor *norm;
    float factor = 1;

    __device__ ScaleRule begin() const { return {norm, norm->factor}; }
    __device__ void operator()(float (&values)[kArrays]) const { values[0] *= factor; }
};

Status clipNorm(cudaStream_t stream, const StepMemory &memory, const UpdatedTensors &tensors, float maxNorm)
{
    auto *partials = reinterpret_cast<double *>(memory.scratch);
    const std::size_t chunks = chunksOf(tensors.counts);
    auto *norm = reinterpret_cast<NormFactor *>(partials + chunks);
    double *next = partials;
    TRAINYARD_CHECK(forTensorChunks<1>(
        tensors.counts, [&](std::size_t i, int) { return memory.at<void>(tensors.values[i]); },
        [&](const TensorChunks<1> &some, unsigned blocks) {
            double *own = next;
            next += blocks;
            return launch(stream, sumSquares<1>, blocks, kBlockThreads, some, 0, own);
        }));
    TRAINYARD_CHECK(launch(stream, sumPartials<NormFinish>, 1u, kBlockThreads, partials, static_cast<int>(chunks), NormFinish{norm, maxNorm},
                           memory.scalars));
    return launchUpdate(stream, memory, tensors, ScaleRule{norm}, &norm->unneeded);
}

}  // namespace

StepResult makeClipGradients(StepRequest &request)
{
    const auto a = request.attributes<ClipAttributes>();
    TRAINYARD_TRY(auto tensors, updatedTensors(request, 0, 1, 1));
    if (a.maxNorm > 0)
        request.scratchBytes = chunksOf(tensors.counts) * sizeof(double) + sizeof(NormFactor);
    return makeKernelStep([=, tensors = std::move(tensors)](const StepMemory &memory, cudaStream_t stream) -> Status {
        if (a.maxValue > 0)
            TRAINYARD_CHECK(launchUpdate(stream, memory, tensors, ClampRule{a.maxValue}, nullptr));
        return a.maxNorm > 0 ? clipNorm(stream, memory, tensors, a.maxNorm) : Status();
    });
}

}  // namespace trainyard::cuda
