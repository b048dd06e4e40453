// Two stages: a block sums some columns over a part of the rows, then the parts are summed in the same way. How the rows
// are cut depends on the shape alone.
#include "engine/backends/cuda/column_sum.h"

#include <algorithm>

#include "engine/backends/cuda/float_types.h"
#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

namespace {

constexpr std::int64_t kPackColumns = 4;     // of one thread, where the columns divide by it
constexpr std::int64_t kWidestTile = 32;     // packs of a block: one warp reads neighbours
constexpr std::int64_t kRowsPerThread = 16;  // at least, before rows are cut further
constexpr std::int64_t kMostBlocks = 1024;

struct Cut {
    std::int64_t pack;   // columns per thread
    std::int64_t tile;   // packs per block, a power of two
    std::int64_t tiles;
    std::int64_t parts;  // of the rows
};

Cut cutOf(std::int64_t rows, std::int64_t columns)
{
    Cut cut{columns % kPackColumns == 0 ? kPackColumns : 1, 1, 1, 1};
    const std::int64_t packs = columns / cut.pack;
    while (cut.tile < packs && cut.tile < kWidestTile)
        cut.tile *= 2;
    cut.tiles = (packs + cut.tile - 1) / cut.tile;
    const std::int64_t lanes = kBlockThreads / cut.tile;
    const std::int64_t wanted = (rows + lanes * kRowsPerThread - 1) / (lanes * kRowsPerThread);
    cut.parts = std::clamp<std::int64_t>(wanted, 1, std::max<std::int64_t>(1, kMostBlocks / cut.tiles));
    return cut;
}

// Block = tile + tiles * part. Thread = pack of the tile + tile width * lane; a lane takes every lanes-th row.
template <typename T, int kPack>
__global__ void sumColumns(const T *matrix, std::int64_t rows, std::int64_t columns, std::int64_t tilePacks, std::int64_t tiles,
                           std::int64_t parts, float *sums)
{
    __shared__ float partial[kBlockThreads * kPack];
    const std::int64_t part = blockIdx.x / tiles, tile = blockIdx.x - part * tiles;
    const int width = static_cast<int>(tilePacks);
    const int thread = static_cast<int>(threadIdx.x);
    const int lane = thread / width, lanes = kBlockThreads / width;
    const std::int64_t column = (tile * tilePacks + thread - lane * width) * kPack;
    const std::int64_t begin = rows * part / parts, end = rows * (part + 1) / parts;
    float sum[kPack] = {};
    if (column < columns)
        for (std::int64_t row = begin + lane; row < end; row += lanes) {
            float values[kPack];
            loadFloats<kPack>(matrix + row * columns + column, values);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                sum[k] += values[k];
        }
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k)
        partial[k * kBlockThreads + thread] = sum[k];
    __syncthreads();
    for (int half = kBlockThreads / 2; half >= width; half /= 2) {
        if (thread < half) {
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                partial[k * kBlockThreads + thread] += partial[k * kBlockThreads + thread + half];
        }
        __syncthreads();
    }
    if (lane == 0 && column < columns) {
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            sums[part * columns + column + k] = partial[k * kBlockThreads + thread];
    }
}

template <typename T>
Status sumPart(cudaStream_t stream, const T *matrix, std::int64_t rows, std::int64_t columns, const Cut &cut, float *sums)
{
    const auto kernel = cut.pack == 1 ? sumColumns<T, 1> : sumColumns<T, static_cast<int>(kPackColumns)>;
    return launch(stream, kernel, static_cast<unsigned>(cut.tiles * cut.parts), kBlockThreads, matrix, rows, columns, cut.tile, cut.tiles,
                  cut.parts, sums);
}

}  // namespace

std::uint64_t columnSumScratchBytes(std::int64_t rows, std::int64_t columns)
{
    const Cut cut = cutOf(rows, columns);
    return cut.parts == 1 ? 0 : static_cast<std::uint64_t>(cut.parts * columns) * sizeof(float);
}

Status columnSum(cudaStream_t stream, DType dtype, const void *matrix, std::int64_t rows, std::int64_t columns, float *sums,
                 std::byte *scratch)
{
    const Cut cut = cutOf(rows, columns);
    float *first = cut.parts == 1 ? sums : reinterpret_cast<float *>(scratch);
    TRAINYARD_CHECK(withFloatType(dtype, [&](auto zero) {
        using T = decltype(zero);
        return sumPart(stream, static_cast<const T *>(matrix), rows, columns, cut, first);
    }));
    if (cut.parts == 1)
        return {};
    return sumPart<float>(stream, first, cut.parts, columns, {cut.pack, cut.tile, cut.tiles, 1}, sums);
}

}  // namespace trainyard::cuda
