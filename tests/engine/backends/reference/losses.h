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

// Weight of class c at a position: given, or 1 at the index.
inline double targetWeight(const Tensor64 &targets, std::size_t position, std::size_t columns, std::size_t c)
{
    if (targets.type.dtype == DType::I32)
        return targets[position] == static_cast<double>(c) ? 1 : 0;
    return targets[position * columns + c];
}

inline void softmaxCrossEntropy(const RefOp &op)
{
    const Tensor64 &x = op.in(0);
    const std::size_t columns = x.columns(), valid = op.valid(x) / columns;
    std::fill(op.out(1).data.begin(), op.out(1).data.end(), 0.0);
    double sum = 0;
    for (std::size_t r = 0; r < valid; ++r) {
        const double logSum = softmaxRow(x, r, op.out(1));
        for (std::size_t c = 0; c < columns; ++c)
            sum += targetWeight(op.in(1), r, columns, c) * (logSum - x[r * columns + c]);
    }
    op.out(0)[0] = valid ? static_cast<double>(op.attributes<LossAttributes>().scale) * sum / static_cast<double>(valid) : 0;
}

inline void softmaxCrossEntropyGrad(const RefOp &op)
{
    const std::size_t columns = op.out().columns(), valid = op.valid(op.out()) / columns;
    for (std::size_t r = 0; r < op.out().rows(); ++r) {
        double total = 0;
        for (std::size_t c = 0; c < columns; ++c)
            total += targetWeight(op.in(1), r, columns, c);
        for (std::size_t c = 0; c < columns; ++c)
            op.out()[r * columns + c] = r >= valid ? 0
                                                   : static_cast<double>(op.attributes<LossAttributes>().scale)
                                                         * (total * op.in(0)[r * columns + c] - targetWeight(op.in(1), r, columns, c))
                                                         / static_cast<double>(valid);
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
