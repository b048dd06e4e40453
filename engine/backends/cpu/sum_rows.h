// Column sums of a [rows, columns] matrix: bias gradients.
#pragma once

#include <algorithm>
#include <cstdint>

namespace trainyard::cpu {

inline void sumRows(const float *in, std::int64_t rows, std::int64_t columns, float *out)
{
    std::copy(in, in + columns, out);
    for (std::int64_t r = 1; r < rows; ++r) {
        const float *row = in + r * columns;
#pragma omp simd
        for (std::int64_t c = 0; c < columns; ++c)
            out[c] += row[c];
    }
}

}  // namespace trainyard::cpu
