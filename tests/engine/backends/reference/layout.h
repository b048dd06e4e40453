// Ops that only move numbers: gather_rows, reshape, concat, slice.
#pragma once

#include "engine/ops/augmentation.h"
#include "tests/engine/backends/reference/ref_op.h"

namespace trainyard::reference {

inline void gatherRows(const RefOp &op)
{
    const Tensor64 &data = op.in(0);
    const std::size_t batch = static_cast<std::size_t>(op.out().type.shape[0]), perRow = op.out().size() / batch;
    const GatherAttributes augmentation = gatherAttributes(op.op().attributes);
    for (std::size_t b = 0; b < batch; ++b) {
        // Of the raw sample: laid into a border of zeros, cut out of it somewhere else, mirrored.
        const auto rawAt = [&](std::size_t i) {
            const std::size_t from = static_cast<std::size_t>(op.in(1)[b]) * perRow;
            if (!augmentation.any())
                return data[from + i];
            const Shape &shape = op.out().type.shape;
            const Philox4 words = philox(op.scalars().seed, {static_cast<std::uint32_t>(b), static_cast<std::uint32_t>(op.scalars().step),
                                                             augmentation.key, static_cast<std::uint32_t>(RandomStream::Augment)});
            const auto choose = [&](std::uint32_t word) {
                return static_cast<std::int64_t>(std::floor(std::ldexp(static_cast<double>(word), -32) * static_cast<double>(2 * augmentation.maxShift + 1)));
            };
            const std::int64_t border = augmentation.maxShift, h = shape[1], w = shape[2], channels = shape[3];
            std::vector<double> padded(static_cast<std::size_t>((h + 2 * border) * (w + 2 * border) * channels));
            const auto in = [&](std::int64_t y, std::int64_t x, std::int64_t c) { return static_cast<std::size_t>((y * (w + 2 * border) + x) * channels + c); };
            for (std::int64_t y = 0; y < h; ++y)
                for (std::int64_t x = 0; x < w; ++x)
                    for (std::int64_t c = 0; c < channels; ++c)
                        padded[in(y + border, x + border, c)] = data[from + static_cast<std::size_t>((y * w + x) * channels + c)];
            const auto at = static_cast<std::int64_t>(i);
            const std::int64_t c = at % channels, x = at / channels % w, y = at / channels / w;
            const bool mirrored = augmentation.flipHorizontal && words[2] >= 0x80000000u;
            return padded[in(y + choose(words[0]), (mirrored ? w - 1 - x : x) + choose(words[1]), c)];
        };
        for (std::size_t i = 0; i < perRow; ++i) {
            const auto scaling = [&](std::size_t input, double otherwise) {
                return op.has(input) ? op.in(input)[op.in(input).size() > 1 ? i : 0] : otherwise;
            };
            const double raw = rawAt(i);
            const bool valid = b < static_cast<std::size_t>(op.scalars().validRows);
            op.out()[b * perRow + i] = valid ? (raw - scaling(2, 0)) * scaling(3, 1) : 0;
        }
    }
}

inline void reshape(const RefOp &op)
{
    op.out().data = op.in(0).data;
}

struct AxisWalk {
    std::size_t outer = 1, length = 1, inner = 1;
    AxisWalk(const Shape &shape, std::int64_t axis)
    {
        const auto rank = static_cast<std::int64_t>(shape.rank());
        for (std::int64_t i = 0; i < rank; ++i) {
            const auto size = static_cast<std::size_t>(shape[static_cast<std::size_t>(i)]);
            const std::int64_t at = axis < 0 ? axis + rank : axis;
            (i < at ? outer : i == at ? length : inner) *= size;
        }
    }
};

inline void concat(const RefOp &op)
{
    const std::int64_t axis = op.attributes<ConcatAttributes>().axis;
    const AxisWalk to(op.out().type.shape, axis);
    std::size_t begin = 0;
    for (std::size_t k = 0; k < op.op().inputs.size(); ++k) {
        const AxisWalk from(op.in(k).type.shape, axis);
        for (std::size_t o = 0; o < from.outer; ++o)
            for (std::size_t l = 0; l < from.length; ++l)
                for (std::size_t i = 0; i < from.inner; ++i)
                    op.out()[(o * to.length + begin + l) * to.inner + i] = op.in(k)[(o * from.length + l) * from.inner + i];
        begin += from.length;
    }
}

inline void slice(const RefOp &op)
{
    const auto &a = op.attributes<SliceAttributes>();
    const AxisWalk from(op.in(0).type.shape, a.axis), to(op.out().type.shape, a.axis);
    for (std::size_t o = 0; o < to.outer; ++o)
        for (std::size_t l = 0; l < to.length; ++l)
            for (std::size_t i = 0; i < to.inner; ++i)
                op.out()[(o * to.length + l) * to.inner + i] = op.in(0)[(o * from.length + static_cast<std::size_t>(a.begin) + l) * from.inner + i];
}

}  // namespace trainyard::reference
