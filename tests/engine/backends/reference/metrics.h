// The accumulators of loss, accuracy, absolute error and R2.
#pragma once

#include <cmath>

#include "tests/engine/backends/reference/ref_op.h"

namespace trainyard::reference {

inline void accumulateLoss(const RefOp &op)
{
    op.in(1)[0] += op.in(0)[0] * op.scalars().validRows;
    op.in(1)[1] += op.scalars().validRows;
}

inline std::size_t firstLargest(const Tensor64 &t, std::size_t row)
{
    std::size_t best = 0;
    for (std::size_t c = 1; c < t.columns(); ++c)
        if (t[row * t.columns() + c] > t[row * t.columns() + best])
            best = c;
    return best;
}

inline void accumulateAccuracy(const RefOp &op)
{
    const std::size_t valid = op.valid(op.in(0)) / op.in(0).columns();
    for (std::size_t r = 0; r < valid; ++r) {
        const bool indices = op.in(1).type.dtype == DType::I32;
        const std::size_t target = indices ? static_cast<std::size_t>(op.in(1)[r]) : firstLargest(op.in(1), r);
        op.in(2)[0] += firstLargest(op.in(0), r) == target ? 1 : 0;
        op.in(2)[1] += 1;
    }
}

inline void accumulateAbsoluteError(const RefOp &op)
{
    const std::size_t valid = op.valid(op.in(0));
    for (std::size_t i = 0; i < valid; ++i) {
        const double scale = op.has(2) ? op.in(2)[op.in(2).size() > 1 ? i % op.in(0).columns() : 0] : 1;
        op.in(3)[0] += std::abs(op.in(0)[i] - op.in(1)[i]) / scale;
        op.in(3)[1] += 1;
    }
}

inline void accumulateR2(const RefOp &op)
{
    const std::size_t columns = op.in(0).columns();
    for (std::size_t i = 0; i < op.valid(op.in(0)); ++i) {
        const double p = op.in(0)[i], t = op.in(1)[i];
        const double parts[4] = {1, t, t * t, (p - t) * (p - t)};
        for (std::size_t k = 0; k < 4; ++k)
            op.in(2)[k * columns + i % columns] += parts[k];
    }
}

}  // namespace trainyard::reference
