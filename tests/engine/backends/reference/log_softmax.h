// Log-softmax.
#pragma once

#include <cmath>

#include "tests/engine/backends/reference/ref_op.h"

namespace trainyard::reference {

inline void logSoftmax(const RefOp &op)
{
    const Tensor64 &x = op.in(0);
    const std::size_t columns = x.columns();
    for (std::size_t r = 0; r < x.rows(); ++r) {
        const double *row = &x.data[r * columns];
        const double largest = *std::max_element(row, row + columns);
        double sum = 0;
        for (std::size_t c = 0; c < columns; ++c)
            sum += std::exp(row[c] - largest);
        for (std::size_t c = 0; c < columns; ++c)
            op.out()[r * columns + c] = row[c] - largest - std::log(sum);
    }
}

inline void logSoftmaxGrad(const RefOp &op)
{
    const std::size_t columns = op.in(0).columns();
    for (std::size_t r = 0; r < op.in(0).rows(); ++r) {
        double sum = 0;
        for (std::size_t c = 0; c < columns; ++c)
            sum += op.in(1)[r * columns + c];
        for (std::size_t c = 0; c < columns; ++c)
            op.out()[r * columns + c] = op.in(1)[r * columns + c] - std::exp(op.in(0)[r * columns + c]) * sum;
    }
}

}  // namespace trainyard::reference
