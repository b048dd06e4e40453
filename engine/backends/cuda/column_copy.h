// Copies blocks of columns between matrices of different widths: concat and slice in one kernel. Types do not matter, only
// bytes: a thread moves one unit, of 16 bytes where the widths allow it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>

#include "engine/backends/cuda/fast_divisor.h"
#include "engine/backends/cuda/tensor_chunks.h"
#include "engine/tensor/tensor.h"

namespace trainyard::cuda {

inline constexpr int kMostPieces = 32;

// One block of columns. Pitches and the width count elements on the host and units on the device.
struct ColumnPiece {
    const std::byte *from = nullptr;
    std::byte *to = nullptr;
    std::int64_t fromPitch = 0, toPitch = 0, width = 0;
};

struct ColumnCopy {
    ColumnPiece pieces[kMostPieces];
    std::uint32_t begins[kMostPieces];  // of each piece, in units of the columns side by side
    int count = 0;
    FastDivisor width;  // all pieces' together
};

// Where unit `item` of a copy comes from and goes to, in units from its piece's addresses.
struct UnitMove {
    int piece;
    std::int64_t from, to;
};

TRAINYARD_HOST_DEVICE inline UnitMove unitMove(const ColumnCopy &copy, std::uint32_t item)
{
    std::uint32_t row = item;
    const std::uint32_t column = copy.width.takeRemainder(row);
    const int piece = findSegment(copy.begins, copy.count, column);
    const std::int64_t inside = column - copy.begins[piece];
    return {piece, row * copy.pieces[piece].fromPitch + inside, row * copy.pieces[piece].toPitch + inside};
}

// The widest unit, in bytes, all addresses and widths are multiples of.
inline std::int64_t copyUnit(std::span<const ColumnPiece> pieces, std::int64_t elementBytes)
{
    std::int64_t unit = 16;
    for (const ColumnPiece &piece : pieces)
        for (const std::int64_t bytes : {static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(piece.from)),
                                         static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(piece.to)), piece.fromPitch * elementBytes,
                                         piece.toPitch * elementBytes, piece.width * elementBytes})
            unit = std::gcd(unit, bytes);
    return unit;
}

// At most kMostPieces, as the kernel takes them.
inline ColumnCopy columnCopy(std::span<const ColumnPiece> pieces, std::int64_t elementBytes, std::int64_t unit)
{
    ColumnCopy copy;
    std::int64_t width = 0;
    for (const ColumnPiece &piece : pieces) {
        ColumnPiece inUnits = piece;
        for (std::int64_t *elements : {&inUnits.fromPitch, &inUnits.toPitch, &inUnits.width})
            *elements = *elements * elementBytes / unit;
        copy.begins[copy.count] = static_cast<std::uint32_t>(width);
        copy.pieces[copy.count++] = inUnits;
        width += inUnits.width;
    }
    copy.width = FastDivisor(width);
    return copy;
}

// A tensor seen around one axis: rows, and elements per row.
struct AxisRows {
    std::int64_t rows = 1, perRow = 1, perEntry = 1;  // perRow: of the axis' length and all behind it; perEntry: behind it
};

inline AxisRows axisRows(const Shape &shape, std::int64_t axis)
{
    const auto rank = static_cast<std::int64_t>(shape.rank());
    const std::int64_t at = axis < 0 ? axis + rank : axis;
    AxisRows split;
    for (std::int64_t i = 0; i < rank; ++i) {
        (i < at ? split.rows : split.perRow) *= shape[static_cast<std::size_t>(i)];
        split.perEntry *= i > at ? shape[static_cast<std::size_t>(i)] : 1;
    }
    return split;
}

}  // namespace trainyard::cuda
