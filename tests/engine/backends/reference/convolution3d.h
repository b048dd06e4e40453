// Convolution of volumes and its backward ops.
#pragma once

#include "tests/engine/backends/reference/ref_op.h"

namespace trainyard::reference {

// visit(index in x, index in W, index in y) for every product of the sum.
template <typename Visit>
void forEachTap(const Conv3dAttributes &conv, const Tensor64 &x, const Tensor64 &y, Visit visit)
{
    const Shape &in = x.type.shape, &out = y.type.shape;
    const std::int64_t perGroup = in[4] / conv.groups, filtersPerGroup = conv.filters / conv.groups;
    const auto place = [](const Shape &s, std::int64_t n, const std::array<std::int64_t, 3> &at, std::int64_t c) {
        return static_cast<std::size_t>((((n * s[1] + at[0]) * s[2] + at[1]) * s[3] + at[2]) * s[4] + c);
    };
    const std::int64_t pixels = out[1] * out[2] * out[3], taps = conv.kernel[0] * conv.kernel[1] * conv.kernel[2];
    for (std::int64_t n = 0; n < out[0]; ++n)
        for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
            for (std::int64_t tap = 0; tap < taps; ++tap) {
                const std::array<std::int64_t, 3> o{pixel / (out[2] * out[3]), pixel / out[3] % out[2], pixel % out[3]};
                const std::array<std::int64_t, 3> k{tap / (conv.kernel[1] * conv.kernel[2]), tap / conv.kernel[2] % conv.kernel[1], tap % conv.kernel[2]};
                std::array<std::int64_t, 3> i{};
                bool inside = true;
                for (std::size_t d = 0; d < 3; ++d) {
                    i[d] = o[d] * conv.stride[d] + k[d] * conv.dilation[d] - conv.padBefore[d];
                    inside = inside && i[d] >= 0 && i[d] < in[d + 1];
                }
                for (std::int64_t f = 0; inside && f < conv.filters; ++f)
                    for (std::int64_t c = 0; c < perGroup; ++c)
                        visit(place(in, n, i, f / filtersPerGroup * perGroup + c), static_cast<std::size_t>((tap * perGroup + c) * conv.filters + f),
                              place(out, n, o, f));
            }
}

inline void conv3d(const RefOp &op)
{
    const auto &conv = op.attributes<Conv3dAttributes>();
    const Tensor64 &x = op.in(0), &w = op.in(1);
    Tensor64 &y = op.out();
    for (std::size_t i = 0; i < y.size(); ++i)
        y[i] = conv.bias ? op.in(2)[i % y.columns()] : 0;
    forEachTap(conv, x, y, [&](std::size_t xi, std::size_t wi, std::size_t yi) { y[yi] += x[xi] * w[wi]; });
}

inline void conv3dGradData(const RefOp &op)
{
    const Tensor64 &dy = op.in(0), &w = op.in(1);
    Tensor64 &dx = op.out();
    std::fill(dx.data.begin(), dx.data.end(), 0.0);
    forEachTap(op.attributes<Conv3dAttributes>(), dx, dy, [&](std::size_t xi, std::size_t wi, std::size_t yi) { dx[xi] += dy[yi] * w[wi]; });
}

inline void conv3dGradWeights(const RefOp &op)
{
    const Tensor64 &x = op.in(0), &dy = op.in(1);
    Tensor64 &dw = op.out(0);
    std::fill(dw.data.begin(), dw.data.end(), 0.0);
    forEachTap(op.attributes<Conv3dAttributes>(), x, dy, [&](std::size_t xi, std::size_t wi, std::size_t yi) { dw[wi] += x[xi] * dy[yi]; });
    if (!op.wants(1))
        return;
    std::fill(op.out(1).data.begin(), op.out(1).data.end(), 0.0);
    for (std::size_t i = 0; i < dy.size(); ++i)
        op.out(1)[i % dy.columns()] += dy[i];
}

}  // namespace trainyard::reference
