#include "engine/backends/cuda/launch_column_copy.h"

#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

namespace {

template <typename Unit>
__global__ void copyColumns(const __grid_constant__ ColumnCopy copy, std::uint32_t items)
{
    const std::uint32_t stride = gridDim.x * blockDim.x;
    for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < items; i += stride) {
        const UnitMove move = unitMove(copy, i);
        reinterpret_cast<Unit *>(copy.pieces[move.piece].to)[move.to] = reinterpret_cast<const Unit *>(copy.pieces[move.piece].from)[move.from];
    }
}

// At most kMostPieces, and no more units than 32-bit indices count.
Status launchCopy(cudaStream_t stream, const ColumnCopy &copy, std::int64_t unit, std::int64_t rows)
{
    const std::int64_t items = rows * copy.width.divisor();
    const unsigned blocks = blocksFor(items);
    switch (unit) {
    case 16: return launch(stream, copyColumns<Pack<std::uint32_t, 4>>, blocks, kBlockThreads, copy, items);
    case 8: return launch(stream, copyColumns<std::uint64_t>, blocks, kBlockThreads, copy, items);
    case 4: return launch(stream, copyColumns<std::uint32_t>, blocks, kBlockThreads, copy, items);
    case 2: return launch(stream, copyColumns<std::uint16_t>, blocks, kBlockThreads, copy, items);
    default: return launch(stream, copyColumns<std::uint8_t>, blocks, kBlockThreads, copy, items);
    }
}

}  // namespace

Status copyColumnPieces(cudaStream_t stream, std::span<const ColumnPiece> pieces, std::int64_t rows, std::int64_t elementBytes)
{
    const std::int64_t unit = copyUnit(pieces, elementBytes);
    for (std::size_t first = 0; first < pieces.size(); first += kMostPieces) {
        ColumnCopy copy = columnCopy(pieces.subspan(first, std::min<std::size_t>(kMostPieces, pieces.size() - first)), elementBytes, unit);
        const std::int64_t width = copy.width.divisor();
        const std::int64_t rowsAtOnce = std::max<std::int64_t>(kMostFastItems / width, 1);
        for (std::int64_t row = 0; row < rows; row += rowsAtOnce) {
            const std::int64_t now = std::min(rowsAtOnce, rows - row);
            TRAINYARD_CHECK(launchCopy(stream, copy, unit, now));
            for (int i = 0; i < copy.count; ++i) {
                copy.pieces[i].from += now * copy.pieces[i].fromPitch * unit;
                copy.pieces[i].to += now * copy.pieces[i].toPitch * unit;
            }
        }
    }
    return {};
}

}  // namespace trainyard::cuda
