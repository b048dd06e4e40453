// Max and average pooling and their backward ops.
#pragma once

#include "tests/engine/backends/reference/ref_op.h"

namespace trainyard::reference {

// visit(index in y, indices in x under the window, row-major)
template <typename Visit>
void forEachWindow(const Window2d &w, const Tensor64 &x, const Tensor64 &y, Visit visit)
{
    const Shape &in = x.type.shape, &out = y.type.shape;
    std::vector<std::size_t> under;
    for (std::int64_t n = 0; n < out[0]; ++n)
        for (std::int64_t oy = 0; oy < out[1]; ++oy)
            for (std::int64_t ox = 0; ox < out[2]; ++ox)
                for (std::int64_t c = 0; c < out[3]; ++c) {
                    under.clear();
                    for (std::int64_t ky = 0; ky < w.kernelH; ++ky)
                        for (std::int64_t kx = 0; kx < w.kernelW; ++kx) {
                            const std::int64_t iy = oy * w.strideH + ky - w.padTop, ix = ox * w.strideW + kx - w.padLeft;
                            if (iy >= 0 && iy < in[1] && ix >= 0 && ix < in[2])
                                under.push_back(x.at(n, iy, ix, c));
                        }
                    visit(y.at(n, oy, ox, c), under);
                }
}

inline void maxPool2d(const RefOp &op)
{
    const Tensor64 &x = op.in(0);
    forEachWindow(op.attributes<Pool2dAttributes>().window, x, op.out(0), [&](std::size_t yi, const std::vector<std::size_t> &under) {
        std::size_t best = under.front();
        for (const std::size_t i : under)
            if (x[i] > x[best])
                best = i;
        op.out(0)[yi] = x[best];
        op.out(1)[yi] = static_cast<double>(best);
    });
}

inline void maxPool2dGrad(const RefOp &op)
{
    std::fill(op.out().data.begin(), op.out().data.end(), 0.0);
    for (std::size_t i = 0; i < op.in(0).size(); ++i)
        op.out()[static_cast<std::size_t>(op.in(1)[i])] += op.in(0)[i];
}

inline double averageShare(const Pool2dAttributes &pool, std::size_t under)
{
    return 1.0 / static_cast<double>(pool.countPadding ? pool.window.kernelH * pool.window.kernelW : static_cast<std::int64_t>(under));
}

inline void avgPool2d(const RefOp &op)
{
    const auto &pool = op.attributes<Pool2dAttributes>();
    forEachWindow(pool.window, op.in(0), op.out(), [&](std::size_t yi, const std::vector<std::size_t> &under) {
        double sum = 0;
        for (const std::size_t i : under)
            sum += op.in(0)[i];
        op.out()[yi] = sum * averageShare(pool, under.size());
    });
}

inline void avgPool2dGrad(const RefOp &op)
{
    const auto &pool = op.attributes<Pool2dAttributes>();
    std::fill(op.out().data.begin(), op.out().data.end(), 0.0);
    forEachWindow(pool.window, op.out(), op.in(0), [&](std::size_t yi, const std::vector<std::size_t> &under) {
        for (const std::size_t i : under)
            op.out()[i] += op.in(0)[yi] * averageShare(pool, under.size());
    });
}

}  // namespace trainyard::reference
