// A block owns a few rows of the table and 32 of their columns. It goes through all places, collects those that looked up its rows
// and adds their gradients up, each of its warps a fixed share of them: no atomics, and the order depends on the shape alone.
#include "engine/backends/cuda/block_reduce.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

namespace {

constexpr int kWarps = kBlockThreads / kWarpLanes;
constexpr int kPlacesPerThread = 4, kPlacesAtOnce = kPlacesPerThread * kBlockThreads;
constexpr int kMostTokens = 8;  // of a block

struct EmbeddingSizes {
    std::int64_t places, tokens;
    int width, tokensPerBlock, tiles;  // tiles: of 32 columns, side by side
};

// Which of the places from `first` on looked up [begin, end), in a fixed order: found holds the place (from first) and the token
// (from begin). Returns how many. Called by all threads.
__device__ inline int collectPlaces(const EmbeddingSizes &sizes, const std::int32_t *indices, std::int64_t first, std::int64_t begin, std::int64_t end,
                                    int *found)
{
    __shared__ int counts[kPlacesPerThread * kWarps];
    const int lane = static_cast<int>(threadIdx.x) % kWarpLanes, warp = static_cast<int>(threadIdx.x) / kWarpLanes;
    unsigned matches[kPlacesPerThread];
    int tokens[kPlacesPerThread];
    __syncthreads();  // what the call before left may still be read
    TRAINYARD_UNROLL
    for (int k = 0; k < kPlacesPerThread; ++k) {
        const std::int64_t place = first + k * kBlockThreads + threadIdx.x;
        const std::int64_t index = place < sizes.places ? indices[place] : -1;
        tokens[k] = index >= begin && index < end ? static_cast<int>(index - begin) : -1;
        matches[k] = __ballot_sync(kAllLanes, tokens[k] >= 0);
        if (lane == 0)
            counts[k * kWarps + warp] = __popc(matches[k]);
    }
    __syncthreads();
    int total = 0, before[kPlacesPerThread] = {};
    TRAINYARD_UNROLL
    for (int k = 0; k < kPlacesPerThread; ++k)
        for (int w = 0; w < kWarps; ++w) {
            before[k] = w == warp ? total : before[k];
            total += counts[k * kWarps + w];
        }
    TRAINYARD_UNROLL
    for (int k = 0; k < kPlacesPerThread; ++k)
        if (tokens[k] >= 0)
            found[before[k] + __popc(matches[k] & ((1u << lane) - 1))] = (k * kBlockThreads + static_cast<int>(threadIdx.x)) * kMostTokens + tokens[k];
    __syncthreads();
    return total;
}

template <typename T>
__global__ void __launch_bounds__(kBlockThreads) addUp(EmbeddingSizes sizes, const std::int32_t *indices, const T *dy, float *dtable)
{
    __shared__ int found[kPlacesAtOnce];
    __shared__ float sums[kWarps][kMostTokens][kWarpLanes];
    const int lane = static_cast<int>(threadIdx.x) % kWarpLanes, warp = static_cast<int>(threadIdx.x) / kWarpLanes;
    const std::int64_t group = blockIdx.x / static_cast<unsigned>(sizes.tiles);
    const int column = static_cast<int>(blockIdx.x % static_cast<unsigned>(sizes.tiles)) * kWarpLanes + lane;
    const std::int64_t begin = group * sizes.tokensPerBlock, end = min(begin + sizes.tokensPerBlock, sizes.tokens);
    for (int t = 0; t < kMostTokens; ++t)
        sums[warp][t][lane] = 0;
    for (std::int64_t first = 0; first < sizes.places; first += kPlacesAtOnce) {
        const int count = collectPlaces(sizes, indices, first, begin, end, found);
        if (column >= sizes.width)
            continue;
        TRAINYARD_UNROLL_BY_4
        for (int i = warp; i < count; i += kWarps) {
            const std::int64_t place = first + found[i] / kMostTokens;
            sums[warp][found[i] % kMostTokens][lane] += toFloat(dy[place * sizes.width + column]);
        }
    }
    __syncthreads();
    for (int t = warp; t < static_cast<int>(end - begin); t += kWarps) {
        float total = 0;
        for (int w = 0; w < kWarps; ++w)
            total += sums[w][t][lane];
        if (column < sizes.width)
            dtable[(begin + t) * sizes.width + column] = total;
    }
}

}  // namespace

StepResult makeEmbeddingGrad(StepRequest &request)
{
    const Op op = request.op;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[1]}));
    const EmbeddingAttributes a = request.attributes<EmbeddingAttributes>();
    EmbeddingSizes sizes{request.inputShape(0).elements(), a.tokens, static_cast<int>(a.width), 1, static_cast<int>((a.width + kWarpLanes - 1) / kWarpLanes)};
    // Every block reads all indices, so blocks take several tokens where there are blocks enough.
    while (sizes.tokensPerBlock < kMostTokens && a.tokens / sizes.tokensPerBlock * sizes.tiles > 1024)
        sizes.tokensPerBlock *= 2;
    const std::int64_t blocks = (a.tokens + sizes.tokensPerBlock - 1) / sizes.tokensPerBlock * sizes.tiles;
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return launch(stream, addUp<T>, static_cast<unsigned>(blocks), kBlockThreads, sizes, memory.at<const std::int32_t>(op.inputs[0]),
                          memory.at<const T>(op.inputs[1]), memory.at<float>(op.outputs[0]));
        });
    });
}

}  // namespace trainyard::cuda
