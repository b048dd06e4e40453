// Tensors cut into pieces of a fixed size: a sum made of one part per piece does not depend on the number of threads.
#pragma once

#include <vector>

#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

inline constexpr std::size_t kPieceElements = 1 << 14;

struct Piece {
    std::size_t tensor, begin, count;
};

// Of tensors of these sizes, one after another.
std::vector<Piece> piecesOf(std::span<const std::size_t> counts);

// In double: the squares of gradients that explode leave float32's range.
double sumOfSquares(const float *values, std::size_t count);

template <typename Function>
void forEachPiece(const std::vector<Piece> &pieces, int threads, Function function)
{
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (std::size_t p = 0; p < pieces.size(); ++p)
        function(p);
}

}  // namespace trainyard::cpu
