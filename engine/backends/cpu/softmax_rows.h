// Softmax of one row, stable: the largest entry is taken off first. in may be out.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace trainyard::cpu {

// Returns log(sum(exp(in))), which the cross-entropy needs.
inline double softmaxRow(const float *in, std::int64_t columns, float *out)
{
    const float largest = *std::max_element(in, in + columns);
    float sum = 0;
    for (std::int64_t c = 0; c < columns; ++c) {
        out[c] = std::exp(in[c] - largest);
        sum += out[c];
    }
    const float factor = 1.0f / sum;
    for (std::int64_t c = 0; c < columns; ++c)
        out[c] *= factor;
    return static_cast<double>(largest) + std::log(static_cast<double>(sum));
}

}  // namespace trainyard::cpu
