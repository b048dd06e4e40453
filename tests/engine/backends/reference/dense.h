// y = activation(x W + b) and its two backward ops.
#pragma once

#include "tests/engine/backends/reference/elementwise.h"

namespace trainyard::reference {

inline void dense(const RefOp &op)
{
    const auto &a = op.attributes<DenseAttributes>();
    const Tensor64 &x = op.in(0), &w = op.in(1);
    Tensor64 &y = op.out();
    for (std::size_t r = 0; r < y.rows(); ++r)
        for (std::size_t o = 0; o < y.columns(); ++o) {
            double sum = a.bias ? op.in(2)[o] : 0;
            for (std::size_t i = 0; i < x.columns(); ++i)
                sum += x[r * x.columns() + i] * w[i * y.columns() + o];
            y[r * y.columns() + o] = activation(a.post, sum);
        }
}

inline void denseGradData(const RefOp &op)
{
    const Tensor64 &dy = op.in(0), &w = op.in(1);
    Tensor64 &dx = op.out();
    for (std::size_t r = 0; r < dx.rows(); ++r)
        for (std::size_t i = 0; i < dx.columns(); ++i) {
            double sum = 0;
            for (std::size_t o = 0; o < dy.columns(); ++o)
                sum += dy[r * dy.columns() + o] * w[i * dy.columns() + o];
            dx[r * dx.columns() + i] = sum;
        }
}

inline void denseGradWeights(const RefOp &op)
{
    const Tensor64 &x = op.in(0), &dy = op.in(1);
    std::fill(op.out(0).data.begin(), op.out(0).data.end(), 0.0);
    for (std::size_t r = 0; r < x.rows(); ++r)
        for (std::size_t i = 0; i < x.columns(); ++i)
            for (std::size_t o = 0; o < dy.columns(); ++o)
                op.out(0)[i * dy.columns() + o] += x[r * x.columns() + i] * dy[r * dy.columns() + o];
    if (!op.wants(1))
        return;
    std::fill(op.out(1).data.begin(), op.out(1).data.end(), 0.0);
    for (std::size_t r = 0; r < dy.rows(); ++r)
        for (std::size_t o = 0; o < dy.columns(); ++o)
            op.out(1)[o] += dy[r * dy.columns() + o];
}

}  // namespace trainyard::reference
