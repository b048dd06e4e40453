// The accumulators of loss, top-k accuracy, confusion, errors and R2.
#pragma once

#include <algorithm>
#include <cmath>

#include "tests/engine/backends/reference/losses.h"
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

// -1: the position does not count.
inline std::int64_t targetClass(const RefOp &op, std::size_t row, std::int32_t ignoreIndex)
{
    if (op.in(1).type.dtype != DType::I32)
        return static_cast<std::int64_t>(firstLargest(op.in(1), row));
    const auto target = static_cast<std::int64_t>(op.in(1)[row]);
    return ignoreIndex >= 0 && target == ignoreIndex ? -1 : target;
}

inline void accumulateTopK(const RefOp &op)
{
    const auto &a = op.attributes<TopKAttributes>();
    const Tensor64 &x = op.in(0);
    for (std::size_t r = 0; r < op.valid(x) / x.columns(); ++r) {
        const std::int64_t target = targetClass(op, r, a.ignoreIndex);
        if (target < 0)
            continue;
        std::vector<std::size_t> order;
        for (std::size_t c = 0; c < x.columns(); ++c)
            order.push_back(c);
        std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return x[r * x.columns() + i] > x[r * x.columns() + j]; });
        const auto best = order.begin() + static_cast<std::ptrdiff_t>(a.k);
        op.in(2)[0] += std::find(order.begin(), best, static_cast<std::size_t>(target)) != best ? 1 : 0;
        op.in(2)[1] += 1;
    }
}

inline void accumulateConfusion(const RefOp &op)
{
    const auto &a = op.attributes<ConfusionAttributes>();
    const Tensor64 &x = op.in(0);
    for (std::size_t i = 0; a.binary && i < op.valid(x); ++i) {
        const bool asClass = op.in(1).type.dtype == DType::I32 && x.columns() == 1;
        const double target = asClass ? op.in(1)[i] : targetOf(op.in(1), i / x.columns(), x.columns(), i % x.columns());
        op.in(2)[(target > 0.5 ? 2 : 0) + (x[i] > 0 ? 1 : 0)] += 1;
    }
    for (std::size_t r = 0; !a.binary && r < op.valid(x) / x.columns(); ++r)
        if (const std::int64_t target = targetClass(op, r, a.ignoreIndex); target >= 0)
            op.in(2)[static_cast<std::size_t>(target) * x.columns() + firstLargest(x, r)] += 1;
}

inline void accumulateError(const RefOp &op)
{
    const std::size_t perRow = op.in(0).size() / static_cast<std::size_t>(op.in(0).type.shape[0]);
    for (std::size_t i = 0; i < op.valid(op.in(0)); ++i) {
        const double scale = op.has(2) ? op.in(2)[op.in(2).size() > 1 ? i % perRow : 0] : 1;
        const double error = (op.in(0)[i] - op.in(1)[i]) / scale;
        op.in(3)[0] += op.attributes<ErrorAttributes>().squared ? error * error : std::abs(error);
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
