// Cases of the ops that repeat, reduce, move, enlarge and multiply matrices.
#pragma once

#include "tests/engine/backends/op_case_table.h"

namespace trainyard::tests {

inline void addShapeCases(OpCaseTable &table)
{
    struct Expanded {
        Shape from, to;
    };
    for (const auto &[from, to] : {Expanded{{5}, {3, 5}}, Expanded{{4, 7}, {2, 3, 4, 7}}, Expanded{{3, 1}, {3, 9}}, Expanded{{3, 1, 5}, {3, 4, 5}},
                                   Expanded{{2, 1, 1, 17}, {2, 5, 3, 17}}, Expanded{{1, 6}, {1, 6}}, Expanded{{1}, {33}}, Expanded{{1, 3, 1, 2}, {4, 3, 1, 2}}}) {
        table.add(OpKind::Expand, from.text() + " to " + to.text(), ExpandAttributes{to.sizes()}, {table.random(from)}, {0});
        table.valid(to[0]);
    }

    struct Reduced {
        Shape x;
        std::int64_t first, last;
    };
    for (const auto &[x, first, last] : {Reduced{{3, 5}, 1, 1}, Reduced{{3, 5}, 0, 0}, Reduced{{2, 4, 3, 6}, 1, 2}, Reduced{{1, 1, 1}, 1, 2}, Reduced{{2, 7, 33}, 1, 1},
                                         Reduced{{2, 3, 70}, 2, 2}, Reduced{{300, 5}, 0, 0}, Reduced{{2, 3, 4}, 0, 2}, Reduced{{5, 1, 3}, 1, 1}, Reduced{{2, 50, 3}, 1, 1}}) {
        auto sizes = x.sizes();
        for (auto axis = static_cast<std::size_t>(first); axis <= static_cast<std::size_t>(last); ++axis)
            sizes[axis] = 1;
        for (const ReduceKind kind : {ReduceKind::Sum, ReduceKind::Mean, ReduceKind::Max}) {
            const char *name = kind == ReduceKind::Sum ? "sum" : kind == ReduceKind::Mean ? "mean" : "max";
            table.add(OpKind::Reduce, fmt::format("{} of {} over {} to {}", name, x.text(), first, last), ReduceAttributes{kind, first, last},
                      {kind == ReduceKind::Max ? table.spread(x) : table.random(x)}, {0});
            table.valid(sizes[0]);
        }
        table.add(OpKind::ReduceMaxGrad, fmt::format("{} over {} to {}", x.text(), first, last), ReduceAttributes{ReduceKind::Max, first, last},
                  {table.spread(x), table.random(Shape(sizes))});
    }
    table.add(OpKind::Reduce, "axes in front dropped", ReduceAttributes{ReduceKind::Sum, 0, 2, 2}, {table.random({2, 3, 4, 5})});
    table.valid(1);
    Tensor64 ties = table.random({3, 4, 5});
    std::fill(ties.data.begin(), ties.data.end(), 1.0);
    table.add(OpKind::ReduceMaxGrad, "ties: the first takes it", ReduceAttributes{ReduceKind::Max, 1, 1}, {ties, table.random({3, 1, 5})});

    for (const PadAttributes &a : {PadAttributes{1, 1, 2, 0}, PadAttributes{-1, 0, 3, 0.5f}, PadAttributes{2, 2, 0, -1}, PadAttributes{1, 0, 0, 0}})
        for (const Shape &x : {Shape{2, 3, 4}, Shape{1, 1, 1}, Shape{3, 5, 2, 7}})
            table.add(OpKind::Pad, fmt::format("{} axis {}, {} and {}", x.text(), a.axis, a.before, a.after), a, {table.random(x)}, {0});
    for (const PadMode mode : {PadMode::Reflect, PadMode::Replicate})
        for (const PadAttributes &a : {PadAttributes{1, 1, 2}, PadAttributes{-1, 0, 1}, PadAttributes{2, 2, 0}, PadAttributes{-2, 2, 2}, PadAttributes{1, 0, 0}})
            for (const Shape &x : {Shape{2, 3, 4}, Shape{1, 3, 3}, Shape{3, 5, 3, 7}}) {
                PadAttributes pad = a;
                pad.mode = mode;
                auto sizes = x.sizes();
                sizes[static_cast<std::size_t>(a.axis < 0 ? a.axis + static_cast<std::int64_t>(x.rank()) : a.axis)] += a.before + a.after;
                const std::string name = fmt::format("{} axis {}, {} and {} {}", x.text(), a.axis, a.before, a.after, mode == PadMode::Reflect ? "mirrored" : "repeated");
                table.add(OpKind::Pad, name, pad, {table.random(x)}, {0});
                table.add(OpKind::PadGrad, name, pad, {table.random(Shape(sizes))});
            }
    table.add(OpKind::Pad, "one entry repeated", PadAttributes{1, 3, 2, 0, PadMode::Replicate}, {table.random({2, 1, 5})}, {0});
    table.add(OpKind::Pad, "two entries mirrored", PadAttributes{1, 1, 1, 0, PadMode::Reflect}, {table.random({2, 2, 1})}, {0});

    for (const Shape &x : {Shape{2, 7, 3}, Shape{1, 1, 1}, Shape{2, 5, 4, 17}, Shape{3, 8, 1}})
        for (const std::int64_t axis : {1, 2})
            for (const std::int64_t bins : {1, 2, 3, 9})
                for (const bool largest : {false, true}) {
                    const std::string name = fmt::format("{} of {} in {} along {}", largest ? "max" : "mean", x.text(), bins, axis);
                    auto sizes = x.sizes();
                    sizes[static_cast<std::size_t>(axis)] = bins;
                    AdaptivePoolAttributes pool{axis, bins, largest, 0};
                    table.add(OpKind::AdaptivePool, name, pool, {largest ? table.spread(x) : table.random(x)}, {0});
                    pool.length = x[static_cast<std::size_t>(axis)];
                    table.add(OpKind::AdaptivePoolGrad, name, pool, {table.random(Shape(sizes)), largest ? table.spread(x) : Tensor64()});
                }
    Tensor64 equal = table.random({2, 7, 5});
    std::fill(equal.data.begin(), equal.data.end(), 1.0);
    table.add(OpKind::AdaptivePoolGrad, "ties: the first takes it", AdaptivePoolAttributes{1, 3, true, 7}, {table.random({2, 3, 5}), equal});

    struct Product {
        std::vector<std::int64_t> batch;
        std::int64_t rows, inner, columns;
    };
    for (const auto &[batch, rows, inner, columns] : {Product{{1}, 1, 1, 1}, Product{{3}, 5, 7, 2}, Product{{2, 3}, 4, 1, 9}, Product{{1}, 33, 17, 20}, Product{{5, 2}, 1, 6, 1}})
        for (const bool left : {false, true})
            for (const bool right : {false, true}) {
                auto leftSizes = batch, rightSizes = batch;
                leftSizes.insert(leftSizes.end(), {left ? inner : rows, left ? rows : inner});
                rightSizes.insert(rightSizes.end(), {right ? columns : inner, right ? inner : columns});
                table.add(OpKind::BatchMatmul, fmt::format("{}{} by {}{}", Shape(leftSizes).text(), left ? " transposed" : "", Shape(rightSizes).text(), right ? " transposed" : ""),
                          MatmulAttributes{left, right}, {table.random(Shape(leftSizes)), table.random(Shape(rightSizes))}, {0, 1});
            }

    table.add(OpKind::Slice, "with a gradient", SliceAttributes{1, 2, 3}, {table.random({2, 7, 3})}, {0});

    struct Permuted {
        Shape x;
        std::vector<std::int64_t> order;
    };
    for (const auto &[x, order] : {Permuted{{2, 3, 5}, {0, 2, 1}}, Permuted{{2, 3, 4, 5}, {0, 2, 1, 3}}, Permuted{{2, 3, 4, 5}, {0, 3, 1, 2}},
                                   Permuted{{1, 7}, {0, 1}}, Permuted{{3, 1, 4, 1, 2}, {0, 4, 3, 2, 1}}, Permuted{{5, 1, 1}, {0, 2, 1}}})
        table.add(OpKind::Permute, fmt::format("{} to {}", x.text(), fmt::join(order, ",")), PermuteAttributes{order}, {table.random(x)}, {0});

    for (const UpsampleAttributes &a : {UpsampleAttributes{2, 2, false}, UpsampleAttributes{2, 2, true}, UpsampleAttributes{3, 1, true}, UpsampleAttributes{1, 4, false},
                                        UpsampleAttributes{1, 1, true}})
        for (const Shape &x : {Shape{2, 3, 4, 5}, Shape{1, 1, 1, 1}, Shape{1, 5, 2, 17}}) {
            const std::string name = fmt::format("{} by {}x{}{}", x.text(), a.factorH, a.factorW, a.bilinear ? " bilinear" : "");
            table.add(OpKind::Upsample2d, name, a, {table.random(x)}, {0});
            table.add(OpKind::Upsample2dGrad, name, a, {table.random({x[0], x[1] * a.factorH, x[2] * a.factorW, x[3]})});
        }

    const auto transposed = [&](const std::string &name, const Shape &dy, const Shape &weights, const Window2d &window, std::int64_t h, std::int64_t w,
                                std::int64_t groups) {
        table.add(OpKind::Conv2dGradData, "forward, " + name, Conv2dAttributes{window, weights[3], groups, false, {}, h, w},
                  {table.random(dy), table.random(weights)}, {0, 1});
    };
    transposed("stride 2", {2, 3, 4, 5}, {3, 3, 4, 5}, {3, 3, 2, 2, 0, 0, 1, 1}, 6, 8, 1);
    transposed("groups", {1, 3, 3, 6}, {2, 2, 2, 6}, {2, 2, 1, 1}, 4, 4, 2);
}

}  // namespace trainyard::tests
