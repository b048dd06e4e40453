#include "engine/backends/cpu/tensor_pieces.h"

#include "engine/backends/cpu/lane_sums.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

TRAINYARD_SIMD_CLONES double squares(const float *values, std::size_t count)
{
    double lanes[kSumLanes] = {};
    const std::size_t whole = count / kSumLanes * kSumLanes;
    for (std::size_t i = 0; i < whole; i += kSumLanes)
#pragma omp simd
        for (std::size_t k = 0; k < kSumLanes; ++k)
            lanes[k] += static_cast<double>(values[i + k]) * static_cast<double>(values[i + k]);
    for (std::size_t i = whole; i < count; ++i)
        lanes[i - whole] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    return addLanes(lanes);
}

}  // namespace

double sumOfSquares(const float *values, std::size_t count)
{
    return squares(values, count);
}

std::vector<Piece> piecesOf(std::span<const std::size_t> counts)
{
    std::vector<Piece> pieces;
    for (std::size_t tensor = 0; tensor < counts.size(); ++tensor)
        for (std::size_t begin = 0; begin < counts[tensor]; begin += kPieceElements)
            pieces.push_back({tensor, begin, std::min(kPieceElements, counts[tensor] - begin)});
    return pieces;
}

}  // namespace trainyard::cpu
