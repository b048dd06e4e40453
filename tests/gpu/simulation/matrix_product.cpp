#include "tests/gpu/simulation/matrix_product.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

namespace trainyard::simulation {

namespace {

using Lanes = float __attribute__((vector_size(64)));
constexpr std::size_t kWidth = sizeof(Lanes) / sizeof(float), kColumns = 2 * kWidth, kRows = 6;

// A tile of kRows x kColumns sums stays in registers. panel: b's columns of the tile, without gaps.
template <std::size_t Rows>
[[gnu::always_inline]] inline void tile(const float *a, std::size_t aStride, const float *panel, float *c, std::size_t cStride, std::size_t k,
                                        std::size_t columns)
{
    Lanes sums[Rows][2] = {};
    for (std::size_t step = 0; step < k; ++step) {
        Lanes left, right;
        std::memcpy(&left, panel + step * kColumns, sizeof(Lanes));
        std::memcpy(&right, panel + step * kColumns + kWidth, sizeof(Lanes));
        for (std::size_t row = 0; row < Rows; ++row) {
            const float factor = a[row * aStride + step];
            sums[row][0] += factor * left;
            sums[row][1] += factor * right;
        }
    }
    for (std::size_t row = 0; row < Rows; ++row) {
        float values[kColumns];
        std::memcpy(values, sums[row], sizeof values);
        for (std::size_t column = 0; column < columns; ++column)
            c[row * cStride + column] += values[column];
    }
}

#if defined(__x86_64__)
[[gnu::target_clones("avx512f", "avx2,fma", "default")]]
#endif
void multiplyPanel(const float *a, const float *panel, float *c, std::size_t m, std::size_t n, std::size_t k, std::size_t columns)
{
    std::size_t row = 0;
    for (; row + kRows <= m; row += kRows)
        tile<kRows>(a + row * k, k, panel, c + row * n, n, k, columns);
    for (; row < m; ++row)
        tile<1>(a + row * k, k, panel, c + row * n, n, k, columns);
}

}  // namespace

void multiplyAdd(const float *a, const float *b, float *c, std::size_t m, std::size_t n, std::size_t k)
{
    std::vector<float> panel(k * kColumns);
    for (std::size_t first = 0; first < n; first += kColumns) {
        const std::size_t columns = n - first < kColumns ? n - first : kColumns;
        for (std::size_t step = 0; step < k; ++step) {
            std::memcpy(&panel[step * kColumns], b + step * n + first, columns * sizeof(float));
            std::memset(&panel[step * kColumns + columns], 0, (kColumns - columns) * sizeof(float));
        }
        multiplyPanel(a, panel.data(), c + first, m, n, k, columns);
    }
}

float toTf32(float x)
{
    const auto bits = std::bit_cast<std::uint32_t>(x);
    if ((bits & 0x7F800000u) == 0x7F800000u)
        return x;
    return std::bit_cast<float>((bits + 0x1000u) & 0xFFFFE000u);
}

}  // namespace trainyard::simulation
