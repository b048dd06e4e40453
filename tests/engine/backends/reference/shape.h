// Ops that repeat, reduce, move, enlarge and multiply matrices: expand, reduce, pad, adaptive_pool, batch_matmul, permute, upsample2d.
#pragma once

#include <cmath>
#include <numeric>

#include "tests/engine/backends/reference/layout.h"
#include "tests/engine/backends/reference/ref_op.h"

namespace trainyard::reference {

// The coordinates of element i of a tensor, and back.
inline std::vector<std::int64_t> coordinates(const Shape &shape, std::size_t i)
{
    std::vector<std::int64_t> at(shape.rank());
    for (std::size_t k = shape.rank(); k-- > 0;) {
        at[k] = static_cast<std::int64_t>(i) % shape[k];
        i /= static_cast<std::size_t>(shape[k]);
    }
    return at;
}

inline std::size_t indexOf(const Shape &shape, const std::vector<std::int64_t> &at)
{
    std::size_t index = 0;
    for (std::size_t k = 0; k < shape.rank(); ++k)
        index = index * static_cast<std::size_t>(shape[k]) + static_cast<std::size_t>(at[k]);
    return index;
}

inline void expand(const RefOp &op)
{
    const Shape &from = op.in(0).type.shape, &to = op.out().type.shape;
    for (std::size_t i = 0; i < op.out().size(); ++i) {
        std::vector<std::int64_t> at = coordinates(to, i);
        at.erase(at.begin(), at.begin() + static_cast<std::ptrdiff_t>(to.rank() - from.rank()));
        for (std::size_t k = 0; k < at.size(); ++k)
            at[k] = from[k] == 1 ? 0 : at[k];
        op.out()[i] = op.in(0)[indexOf(from, at)];
    }
}

// The elements of x that go into each result.
inline std::vector<std::vector<std::size_t>> runsOf(const RefOp &op, const ReduceAttributes &a)
{
    const Shape &x = op.in(0).type.shape;
    auto sizes = x.sizes();
    for (auto axis = static_cast<std::size_t>(a.first); axis <= static_cast<std::size_t>(a.last); ++axis)
        sizes[axis] = 1;
    const Shape results(sizes);
    std::vector<std::vector<std::size_t>> runs(static_cast<std::size_t>(results.elements()));
    for (std::size_t i = 0; i < op.in(0).size(); ++i) {
        std::vector<std::int64_t> at = coordinates(x, i);
        for (auto axis = static_cast<std::size_t>(a.first); axis <= static_cast<std::size_t>(a.last); ++axis)
            at[axis] = 0;
        runs[indexOf(results, at)].push_back(i);
    }
    return runs;
}

inline std::size_t largestOf(const Tensor64 &x, const std::vector<std::size_t> &run)
{
    std::size_t best = run.front();
    for (const std::size_t i : run)
        best = x[i] > x[best] ? i : best;
    return best;
}

inline void reduce(const RefOp &op)
{
    const auto &a = op.attributes<ReduceAttributes>();
    const auto runs = runsOf(op, a);
    for (std::size_t r = 0; r < runs.size(); ++r) {
        double sum = 0;
        for (const std::size_t i : runs[r])
            sum += op.in(0)[i];
        op.out()[r] = a.kind == ReduceKind::Sum    ? sum
                      : a.kind == ReduceKind::Mean ? sum / static_cast<double>(runs[r].size())
                                                   : op.in(0)[largestOf(op.in(0), runs[r])];
    }
}

inline void reduceMaxGrad(const RefOp &op)
{
    const auto runs = runsOf(op, op.attributes<ReduceAttributes>());
    for (std::size_t r = 0; r < runs.size(); ++r) {
        const std::size_t best = largestOf(op.in(0), runs[r]);
        for (const std::size_t i : runs[r])
            op.out()[i] = i == best ? op.in(1)[r] : 0;
    }
}

// The entry of an axis that entry `at` of the padded one holds; below 0: the constant. Walks there, turning round at the ends.
inline std::int64_t paddedFrom(std::int64_t at, std::int64_t before, std::int64_t length, PadMode mode)
{
    const std::int64_t from = at - before;
    if (from >= 0 && from < length)
        return from;
    if (mode == PadMode::Constant)
        return -1;
    if (mode == PadMode::Replicate)
        return std::clamp<std::int64_t>(from, 0, length - 1);
    std::int64_t place = 0, direction = 1;
    for (std::int64_t step = 0; step < std::abs(from); ++step) {
        if (place + direction < 0 || place + direction >= length)
            direction = -direction;
        place += direction;
    }
    return place;
}

inline void pad(const RefOp &op)
{
    const auto &a = op.attributes<PadAttributes>();
    const Shape &x = op.in(0).type.shape, &y = op.out().type.shape;
    const auto axis = static_cast<std::size_t>(a.axis < 0 ? a.axis + static_cast<std::int64_t>(x.rank()) : a.axis);
    for (std::size_t i = 0; i < op.out().size(); ++i) {
        std::vector<std::int64_t> at = coordinates(y, i);
        at[axis] = paddedFrom(at[axis], a.before, x[axis], a.mode);
        op.out()[i] = at[axis] < 0 ? static_cast<double>(a.value) : op.in(0)[indexOf(x, at)];
    }
}

inline void padGrad(const RefOp &op)
{
    const auto &a = op.attributes<PadAttributes>();
    const Shape &y = op.in(0).type.shape, &x = op.out().type.shape;
    const auto axis = static_cast<std::size_t>(a.axis < 0 ? a.axis + static_cast<std::int64_t>(x.rank()) : a.axis);
    std::fill(op.out().data.begin(), op.out().data.end(), 0.0);
    for (std::size_t i = 0; i < op.in(0).size(); ++i) {
        std::vector<std::int64_t> at = coordinates(y, i);
        at[axis] = paddedFrom(at[axis], a.before, x[axis], a.mode);
        op.out()[indexOf(x, at)] += op.in(0)[i];
    }
}

// The elements of x that make up each result of an adaptive pool; bins as PyTorch defines them.
inline std::vector<std::vector<std::size_t>> binsOf(const Shape &x, const Shape &y, const AdaptivePoolAttributes &a)
{
    const auto axis = static_cast<std::size_t>(a.axis);
    const double length = static_cast<double>(x[axis]), bins = static_cast<double>(a.bins);
    std::vector<std::vector<std::size_t>> all(static_cast<std::size_t>(y.elements()));
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::vector<std::int64_t> at = coordinates(y, i);
        const auto o = static_cast<double>(at[axis]);
        for (at[axis] = static_cast<std::int64_t>(std::floor(o * length / bins)); at[axis] < static_cast<std::int64_t>(std::ceil((o + 1) * length / bins)); ++at[axis])
            all[i].push_back(indexOf(x, at));
    }
    return all;
}

inline void adaptivePool(const RefOp &op)
{
    const auto &a = op.attributes<AdaptivePoolAttributes>();
    const auto bins = binsOf(op.in(0).type.shape, op.out().type.shape, a);
    for (std::size_t r = 0; r < bins.size(); ++r) {
        double sum = 0;
        for (const std::size_t i : bins[r])
            sum += op.in(0)[i];
        op.out()[r] = a.largest ? op.in(0)[largestOf(op.in(0), bins[r])] : sum / static_cast<double>(bins[r].size());
    }
}

inline void adaptivePoolGrad(const RefOp &op)
{
    const auto &a = op.attributes<AdaptivePoolAttributes>();
    const auto bins = binsOf(op.out().type.shape, op.in(0).type.shape, a);
    std::fill(op.out().data.begin(), op.out().data.end(), 0.0);
    for (std::size_t r = 0; r < bins.size(); ++r)
        if (a.largest)
            op.out()[largestOf(op.in(1), bins[r])] += op.in(0)[r];
        else
            for (const std::size_t i : bins[r])
                op.out()[i] += op.in(0)[r] / static_cast<double>(bins[r].size());
}

inline void batchMatmul(const RefOp &op)
{
    const auto &a = op.attributes<MatmulAttributes>();
    const Shape &left = op.in(0).type.shape, &right = op.in(1).type.shape, &y = op.out().type.shape;
    const std::size_t row = y.rank() - 2, column = y.rank() - 1;
    const std::int64_t inner = left[a.leftTransposed ? row : column];
    for (std::size_t i = 0; i < op.out().size(); ++i) {
        const std::vector<std::int64_t> at = coordinates(y, i);
        double sum = 0;
        for (std::int64_t k = 0; k < inner; ++k) {
            std::vector<std::int64_t> l = at, r = at;
            l[a.leftTransposed ? column : row] = at[row];
            l[a.leftTransposed ? row : column] = k;
            r[a.rightTransposed ? column : row] = k;
            r[a.rightTransposed ? row : column] = at[column];
            sum += op.in(0)[indexOf(left, l)] * op.in(1)[indexOf(right, r)];
        }
        op.out()[i] = sum;
    }
}

inline void permute(const RefOp &op)
{
    const auto &order = op.attributes<PermuteAttributes>().order;
    const Shape &x = op.in(0).type.shape, &y = op.out().type.shape;
    for (std::size_t i = 0; i < op.out().size(); ++i) {
        const std::vector<std::int64_t> at = coordinates(y, i);
        std::vector<std::int64_t> from(at.size());
        for (std::size_t k = 0; k < at.size(); ++k)
            from[static_cast<std::size_t>(order[k])] = at[k];
        op.out()[i] = op.in(0)[indexOf(x, from)];
    }
}

// Which source pixels of an axis make up result pixel o, and by which shares.
inline std::vector<std::pair<std::int64_t, double>> sources(std::int64_t o, std::int64_t factor, std::int64_t length, bool bilinear)
{
    if (!bilinear)
        return {{o / factor, 1.0}};
    const double at = std::max((static_cast<double>(o) + 0.5) / static_cast<double>(factor) - 0.5, 0.0), first = std::floor(at);
    return {{static_cast<std::int64_t>(first), 1 - (at - first)}, {std::min(static_cast<std::int64_t>(first) + 1, length - 1), at - first}};
}

// Calls function(element of the small image, element of the large one, share).
template <typename Function>
void forShares(const Shape &small, const Shape &large, const UpsampleAttributes &a, const Function &function)
{
    for (std::size_t i = 0; i < static_cast<std::size_t>(large.elements()); ++i) {
        const std::vector<std::int64_t> at = coordinates(large, i);
        for (const auto &[row, rowShare] : sources(at[1], a.factorH, small[1], a.bilinear))
            for (const auto &[column, columnShare] : sources(at[2], a.factorW, small[2], a.bilinear))
                function(indexOf(small, {at[0], row, column, at[3]}), i, rowShare * columnShare);
    }
}

inline void upsample2d(const RefOp &op)
{
    std::fill(op.out().data.begin(), op.out().data.end(), 0.0);
    forShares(op.in(0).type.shape, op.out().type.shape, op.attributes<UpsampleAttributes>(),
              [&](std::size_t small, std::size_t large, double share) { op.out()[large] += share * op.in(0)[small]; });
}

inline void upsample2dGrad(const RefOp &op)
{
    std::fill(op.out().data.begin(), op.out().data.end(), 0.0);
    forShares(op.out().type.shape, op.in(0).type.shape, op.attributes<UpsampleAttributes>(),
              [&](std::size_t small, std::size_t large, double share) { op.out()[small] += share * op.in(0)[large]; });
}

}  // namespace trainyard::reference
