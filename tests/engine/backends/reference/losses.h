// Softmax, the two losses and their gradients.
#pragma once

#include <cmath>

#include "tests/engine/backends/reference/ref_op.h"

namespace trainyard::reference {

// Returns log(sum(exp(x))) of the row: the logarithm of a probability that has gone to 0 would be lost.
inline double softmaxRow(const Tensor64 &x, std::size_t row, Tensor64 &y)
{
    const std::size_t columns = x.columns();
    double largest = x[row * columns], sum = 0;
    for (std::size_t c = 0; c < columns; ++c)
        largest = std::max(largest, x[row * columns + c]);
    for (std::size_t c = 0; c < columns; ++c)
        sum += y[row * columns + c] = std::exp(x[row * columns + c] - largest);
    for (std::size_t c = 0; c < columns; ++c)
        y[row * columns + c] /= sum;
    return largest + std::log(sum);
}

inline void softmax(const RefOp &op)
{
    for (std::size_t r = 0; r < op.out().rows(); ++r)
        softmaxRow(op.in(0), r, op.out());
}

inline void softmaxGrad(const RefOp &op)
{
    const std::size_t columns = op.out().columns();
    for (std::size_t i = 0; i < op.out().size(); ++i) {
        double dot = 0;
        for (std::size_t c = 0; c < columns; ++c)
            dot += op.in(0)[i / columns * columns + c] * op.in(1)[i / columns * columns + c];
        op.out()[i] = op.in(0)[i] * (op.in(1)[i] - dot);
    }
}

// Target of class c at a position: given, or 1 at the index.
inline double targetOf(const Tensor64 &targets, std::size_t position, std::size_t columns, std::size_t c)
{
    if (targets.type.dtype == DType::I32)
        return targets[position] == static_cast<double>(c) ? 1 : 0;
    return targets[position * columns + c];
}

// What the three cross-entropy ops say of their targets; the weights of the classes are input `weights`, where it is there.
struct CrossEntropyTargets {
    const RefOp &op;
    std::size_t columns, valid, weights;
    LossAttributes a;

    CrossEntropyTargets(const RefOp &refOp, const Tensor64 &logits, std::size_t weightsInput)
        : op(refOp), columns(logits.columns()), valid(refOp.valid(logits) / logits.columns()), weights(weightsInput), a(refOp.attributes<LossAttributes>())
    {
    }
    bool indices() const { return op.in(1).type.dtype == DType::I32; }
    bool counts(std::size_t r) const { return r < valid && !(indices() && a.ignoreIndex >= 0 && op.in(1)[r] == static_cast<double>(a.ignoreIndex)); }
    double weight(std::size_t c) const { return op.has(weights) ? op.in(weights)[c] : 1; }
    double share(std::size_t r, std::size_t c) const
    {
        const auto smoothing = static_cast<double>(a.labelSmoothing);
        return weight(c) * ((1 - smoothing) * targetOf(op.in(1), r, columns, c) + smoothing / static_cast<double>(columns));
    }
    double divisor() const
    {
        double sum = 0;
        for (std::size_t r = 0; r < valid; ++r)
            if (counts(r))
                sum += indices() ? weight(static_cast<std::size_t>(op.in(1)[r])) : 1;
        return sum;
    }
};

inline void softmaxCrossEntropy(const RefOp &op)
{
    const Tensor64 &x = op.in(0);
    const CrossEntropyTargets targets(op, x, 2);
    std::fill(op.out(1).data.begin(), op.out(1).data.end(), 0.0);
    double sum = 0;
    for (std::size_t r = 0; r < x.rows(); ++r) {
        if (!targets.counts(r))
            continue;
        const double logSum = softmaxRow(x, r, op.out(1));
        for (std::size_t c = 0; c < targets.columns; ++c)
            sum += targets.share(r, c) * (logSum - x[r * targets.columns + c]);
    }
    op.out(0)[0] = targets.divisor() > 0 ? static_cast<double>(targets.a.scale) * sum / targets.divisor() : 0;
}

inline void softmaxCrossEntropyGrad(const RefOp &op)
{
    const CrossEntropyTargets targets(op, op.out(), 2);
    for (std::size_t r = 0; r < op.out().rows(); ++r) {
        double total = 0;
        for (std::size_t c = 0; c < targets.columns; ++c)
            total += targets.share(r, c);
        for (std::size_t c = 0; c < targets.columns; ++c)
            op.out()[r * targets.columns + c] = !targets.counts(r) ? 0
                                                                  : static_cast<double>(targets.a.scale)
                                                                        * (total * op.in(0)[r * targets.columns + c] - targets.share(r, c))
                                                                        / targets.divisor();
    }
}

inline void meanSquaredError(const RefOp &op)
{
    const std::size_t valid = op.valid(op.in(0));
    double sum = 0;
    for (std::size_t i = 0; i < valid; ++i)
        sum += (op.in(0)[i] - op.in(1)[i]) * (op.in(0)[i] - op.in(1)[i]);
    op.out()[0] = valid ? static_cast<double>(op.attributes<LossAttributes>().scale) * sum / static_cast<double>(valid) : 0;
}

inline void meanSquaredErrorGrad(const RefOp &op)
{
    const std::size_t valid = op.valid(op.in(0));
    for (std::size_t i = 0; i < op.out().size(); ++i)
        op.out()[i] = i >= valid ? 0 : 2 * static_cast<double>(op.attributes<LossAttributes>().scale) * (op.in(0)[i] - op.in(1)[i]) / static_cast<double>(valid);
}

}  // namespace trainyard::reference
