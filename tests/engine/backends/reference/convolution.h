// Convolution and its backward ops: one walk over all (input pixel, weight, output pixel) triples serves the three.
#pragma once

#include "tests/engine/backends/reference/elementwise.h"

namespace trainyard::reference {

// visit(index in x, index in W, index in y) for every product of the sum.
template <typename Visit>
void forEachTap(const Conv2dAttributes &conv, const Tensor64 &x, const Tensor64 &y, Visit visit)
{
    const Window2d &w = conv.window;
    const Shape &in = x.type.shape, &out = y.type.shape;
    const std::int64_t perGroup = in[3] / conv.groups, filtersPerGroup = conv.filters / conv.groups;
    for (std::int64_t n = 0; n < out[0]; ++n)
        for (std::int64_t oy = 0; oy < out[1]; ++oy)
            for (std::int64_t ox = 0; ox < out[2]; ++ox)
                for (std::int64_t f = 0; f < out[3]; ++f)
                    for (std::int64_t ky = 0; ky < w.kernelH; ++ky)
                        for (std::int64_t kx = 0; kx < w.kernelW; ++kx) {
                            const std::int64_t iy = oy * w.strideH + ky * w.dilationH - w.padTop;
                            const std::int64_t ix = ox * w.strideW + kx * w.dilationW - w.padLeft;
                            if (iy < 0 || iy >= in[1] || ix < 0 || ix >= in[2])
                                continue;
                            for (std::int64_t c = 0; c < perGroup; ++c)
                                visit(x.at(n, iy, ix, f / filtersPerGroup * perGroup + c),
                                      static_cast<std::size_t>(((ky * w.kernelW + kx) * perGroup + c) * conv.filters + f),
                                      y.at(n, oy, ox, f));
                        }
}

inline void conv2d(const RefOp &op)
{
    const auto &conv = op.attributes<Conv2dAttributes>();
    const Tensor64 &x = op.in(0), &w = op.in(1);
    Tensor64 &y = op.out();
    for (std::size_t i = 0; i < y.size(); ++i)
        y[i] = conv.bias ? op.in(2)[i % y.columns()] : 0;
    forEachTap(conv, x, y, [&](std::size_t xi, std::size_t wi, std::size_t yi) { y[yi] += x[xi] * w[wi]; });
    for (double &value : y.data)
        value = activation(conv.post, value);
}

inline void conv2dGradData(const RefOp &op)
{
    const Tensor64 &dy = op.in(0), &w = op.in(1);
    Tensor64 &dx = op.out();
    std::fill(dx.data.begin(), dx.data.end(), 0.0);
    forEachTap(op.attributes<Conv2dAttributes>(), dx, dy, [&](std::size_t xi, std::size_t wi, std::size_t yi) { dx[xi] += dy[yi] * w[wi]; });
}

inline void conv2dGradWeights(const RefOp &op)
{
    const Tensor64 &x = op.in(0), &dy = op.in(1);
    Tensor64 &dw = op.out(0);
    std::fill(dw.data.begin(), dw.data.end(), 0.0);
    forEachTap(op.attributes<Conv2dAttributes>(), x, dy, [&](std::size_t xi, std::size_t wi, std::size_t yi) { dw[wi] += x[xi] * dy[yi]; });
    if (!op.wants(1))
        return;
    std::fill(op.out(1).data.begin(), op.out(1).data.end(), 0.0);
    for (std::size_t i = 0; i < dy.size(); ++i)
        op.out(1)[i % dy.columns()] += dy[i];
}

}  // namespace trainyard::reference
