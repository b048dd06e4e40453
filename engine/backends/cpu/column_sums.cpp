#include "engine/backends/cpu/column_sums.h"

#include <algorithm>

#include "engine/backends/cpu/bfloat16.h"
#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

// Rows that are added in one pass: sums are read and written once for all of them.
constexpr std::size_t kRows = 8;

template <typename T>
[[gnu::always_inline]] inline void addRowsOf(const T *rows, std::size_t stride, std::size_t count, float *sums)
{
#pragma omp simd
    for (std::size_t c = 0; c < count; ++c) {
        float sum = sums[c];
        for (std::size_t r = 0; r < kRows; ++r)
            sum += toFloat(rows[r * stride + c]);
        sums[c] = sum;
    }
}

template <typename T>
[[gnu::always_inline]] inline void addRowOf(const T *row, std::size_t count, float *sums)
{
#pragma omp simd
    for (std::size_t c = 0; c < count; ++c)
        sums[c] += toFloat(row[c]);
}

TRAINYARD_SIMD_CLONES void addRows(const float *rows, std::size_t stride, std::size_t count, float *sums) { addRowsOf(rows, stride, count, sums); }
TRAINYARD_SIMD_CLONES void addRows(const Bfloat16 *rows, std::size_t stride, std::size_t count, float *sums) { addRowsOf(rows, stride, count, sums); }
TRAINYARD_SIMD_CLONES void addRow(const float *row, std::size_t count, float *sums) { addRowOf(row, count, sums); }
TRAINYARD_SIMD_CLONES void addRow(const Bfloat16 *row, std::size_t count, float *sums) { addRowOf(row, count, sums); }

template <typename T>
void sumColumnsOf(const T *matrix, std::size_t rows, std::size_t columns, int threads, float *sums)
{
    forPieces(columns, threads, [&](std::size_t begin, std::size_t end) {
        std::fill(sums + begin, sums + end, 0.0f);
        std::size_t r = 0;
        for (; r + kRows <= rows; r += kRows)
            addRows(matrix + r * columns + begin, columns, end - begin, sums + begin);
        for (; r < rows; ++r)
            addRow(matrix + r * columns + begin, end - begin, sums + begin);
    });
}

}  // namespace

void sumColumns(DType type, const std::byte *matrix, std::size_t rows, std::size_t columns, int threads, float *sums)
{
    if (type == DType::F32)
        sumColumnsOf(reinterpret_cast<const float *>(matrix), rows, columns, threads, sums);
    else
        sumColumnsOf(reinterpret_cast<const Bfloat16 *>(matrix), rows, columns, threads, sums);
}

}  // namespace trainyard::cpu
