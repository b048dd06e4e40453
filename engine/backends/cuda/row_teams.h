// Rows of a matrix, each worked on by a team of threads: 8 or 32 lanes of a warp for narrow rows, a block for wide ones.
#pragma once

#include <type_traits>

#include "engine/backends/cuda/block_reduce.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

// The device side. A kernel goes over its rows in rounds that all threads of the block take part in:
//     for (std::int64_t round = Team::firstRow(); round < rows; round += Team::rowStride()) {
//         const std::int64_t row = round + Team::index();  // perhaps beyond the last one: such a team only helps reducing
template <int kLanes>
struct RowTeam {
    __device__ static int lane() { return static_cast<int>(threadIdx.x) % kLanes; }
    __device__ static int index() { return static_cast<int>(threadIdx.x) / kLanes; }
    __device__ static std::int64_t firstRow() { return static_cast<std::int64_t>(blockIdx.x) * (blockDim.x / kLanes); }
    __device__ static std::int64_t rowStride() { return static_cast<std::int64_t>(gridDim.x) * (blockDim.x / kLanes); }

    template <typename T, typename Combine>
    __device__ static T reduce(T value, Combine combine)
    {
        if constexpr (kLanes <= kWarpLanes)
            return reduceLanes<kLanes>(value, combine);
        else
            return reduceBlock(value, combine);
    }

    // Calls function(first column) for each group of kPack columns that is this lane's; columns is a multiple of kPack.
    template <int kPack, typename Function>
    __device__ static void forColumns(int columns, Function function)
    {
        for (int c = lane() * kPack; c < columns; c += kLanes * kPack)
            function(c);
    }
};

template <int kLanes>
inline constexpr int kMostTeamThreads = kLanes > kWarpLanes ? kBlockThreads : kMostBlockThreads;

struct RowGrid {
    int lanes = 8;
    unsigned blocks = 1, threads = kBlockThreads;
};

// By the shape alone. sumsUp: what comes of the rows is added up in the end, so few blocks are better: one where two
// rounds of a large block do, which then needs no second kernel.
inline RowGrid rowGrid(std::int64_t rows, std::int64_t columns, bool sumsUp)
{
    RowGrid grid;
    grid.lanes = columns <= 32 ? 8 : columns <= 1024 && (columns <= 256 || rows >= 512) ? 32 : kBlockThreads;
    if (sumsUp && grid.lanes <= kWarpLanes && rows * grid.lanes <= 2 * kMostBlockThreads) {
        const std::int64_t threads = (rows * grid.lanes + kWarpLanes - 1) / kWarpLanes * kWarpLanes;
        grid.threads = static_cast<unsigned>(std::min<std::int64_t>(threads, kMostBlockThreads));
        return grid;
    }
    grid.blocks = blocksFor(rows, kBlockThreads / grid.lanes, sumsUp ? 1024 : 8192);
    return grid;
}

// Calls function(std::integral_constant<int, lanes>).
template <typename Function>
auto withLanes(int lanes, Function function)
{
    switch (lanes) {
    case 8: return function(std::integral_constant<int, 8>{});
    case 32: return function(std::integral_constant<int, 32>{});
    default: return function(std::integral_constant<int, kBlockThreads>{});
    }
}

// Calls function(std::integral_constant<int, n>): n elements per access where that divides the rows, else one.
template <typename... T, typename Function>
auto withRowPack(std::int64_t columns, bool aligned, Function function)
{
    constexpr int kPack = packElements<T...>();
    return aligned && columns % kPack == 0 ? function(std::integral_constant<int, kPack>{}) : function(std::integral_constant<int, 1>{});
}

}  // namespace trainyard::cuda
