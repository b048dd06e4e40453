// The updates of NAdam, RMSprop, Adagrad, Lion, LAMB and Muon, written from their papers and torch.optim's rules; averages and
// sums of gradients.
#pragma once

#include <algorithm>
#include <cmath>

#include "tests/engine/backends/reference/low_precision.h"

namespace trainyard::reference {

inline double number(float value) { return static_cast<double>(value); }
inline double rateOf(const RefOp &op, float factor) { return number(op.scalars().learningRate) * number(factor); }

inline void nadamUpdate(const RefOp &op)
{
    const auto &a = op.attributes<NadamAttributes>();
    const std::size_t tensors = op.op().inputs.size() / 4;
    if (op.op().inputs.size() % 4 == 2 && op.in(op.op().inputs.size() - 1)[2] != 0)
        return;
    const double rate = rateOf(op, a.rateFactor), t = static_cast<double>(op.scalars().step) + 1;
    const auto mu = [&](double step) { return number(a.beta1) * (1 - 0.5 * std::pow(0.96, step * number(a.momentumDecay))); };
    double &rest = op.in(4 * tensors)[0];
    const double product = (1 - rest) * mu(t);
    rest = 1 - product;
    for (std::size_t p = 0; p < tensors; ++p)
        for (std::size_t i = 0; i < op.in(4 * p).size(); ++i) {
            double &w = op.in(4 * p)[i], &m = op.in(4 * p + 2)[i], &v = op.in(4 * p + 3)[i];
            double g = op.in(4 * p + 1)[i];
            if (a.decoupled)
                w *= 1 - rate * number(a.weightDecay);
            else
                g += number(a.weightDecay) * w;
            m = number(a.beta1) * m + (1 - number(a.beta1)) * g;
            v = number(a.beta2) * v + (1 - number(a.beta2)) * g * g;
            const double divisor = std::sqrt(v / (1 - std::pow(number(a.beta2), t))) + number(a.epsilon);
            w -= rate * (1 - mu(t)) / (1 - product) * g / divisor;
            w -= rate * mu(t + 1) / (1 - product * mu(t + 1)) * m / divisor;
        }
}

inline void rmspropUpdate(const RefOp &op)
{
    const auto &a = op.attributes<RmspropAttributes>();
    for (std::size_t p = 0; p + 5 <= op.op().inputs.size() && !isSkipped(op, 5); p += 5)
        for (std::size_t i = 0; i < op.in(p).size(); ++i) {
            double &w = op.in(p)[i], &square = op.in(p + 2)[i];
            const double g = op.in(p + 1)[i] + number(a.weightDecay) * w;
            square = number(a.alpha) * square + (1 - number(a.alpha)) * g * g;
            double variance = square;
            if (op.has(p + 4)) {
                double &mean = op.in(p + 4)[i];
                mean += (1 - number(a.alpha)) * (g - mean);
                variance -= mean * mean;
            }
            double step = g / (std::sqrt(variance) + number(a.epsilon));
            if (op.has(p + 3)) {
                double &buffer = op.in(p + 3)[i];
                buffer = number(a.momentum) * buffer + step;
                step = buffer;
            }
            w -= rateOf(op, a.rateFactor) * step;
        }
}

inline void adagradUpdate(const RefOp &op)
{
    const auto &a = op.attributes<AdagradAttributes>();
    const double rate = rateOf(op, a.rateFactor) / (1 + static_cast<double>(op.scalars().step) * number(a.rateDecay));
    for (std::size_t p = 0; p + 3 <= op.op().inputs.size() && !isSkipped(op, 3); p += 3)
        for (std::size_t i = 0; i < op.in(p).size(); ++i) {
            double &w = op.in(p)[i], &sum = op.in(p + 2)[i];
            const double g = op.in(p + 1)[i] + number(a.weightDecay) * w;
            sum += g * g;
            w -= rate * g / (std::sqrt(sum) + number(a.epsilon));
        }
}

inline void lionUpdate(const RefOp &op)
{
    const auto &a = op.attributes<LionAttributes>();
    const double rate = rateOf(op, a.rateFactor);
    for (std::size_t p = 0; p + 3 <= op.op().inputs.size() && !isSkipped(op, 3); p += 3)
        for (std::size_t i = 0; i < op.in(p).size(); ++i) {
            double &w = op.in(p)[i], &m = op.in(p + 2)[i];
            const double g = op.in(p + 1)[i], c = number(a.beta1) * m + (1 - number(a.beta1)) * g;
            w -= rate * ((c > 0) - (c < 0) + number(a.weightDecay) * w);
            m = number(a.beta2) * m + (1 - number(a.beta2)) * g;
        }
}

inline double norm(const std::vector<double> &values)
{
    double sum = 0;
    for (const double value : values)
        sum += value * value;
    return std::sqrt(sum);
}

inline void lambUpdate(const RefOp &op)
{
    const auto &a = op.attributes<LambAttributes>();
    const double t = static_cast<double>(op.scalars().step) + 1;
    for (std::size_t p = 0; p + 4 <= op.op().inputs.size() && !isSkipped(op, 4); p += 4) {
        std::vector<double> step(op.in(p).size());
        for (std::size_t i = 0; i < step.size(); ++i) {
            double &m = op.in(p + 2)[i], &v = op.in(p + 3)[i];
            const double g = op.in(p + 1)[i];
            m = number(a.beta1) * m + (1 - number(a.beta1)) * g;
            v = number(a.beta2) * v + (1 - number(a.beta2)) * g * g;
            step[i] = m / (1 - std::pow(number(a.beta1), t)) / (std::sqrt(v / (1 - std::pow(number(a.beta2), t))) + number(a.epsilon))
                      + number(a.weightDecay) * op.in(p)[i];
        }
        const double weights = norm(op.in(p).data), length = norm(step);
        const double trust = weights > 0 && length > 0 ? weights / length : 1;
        for (std::size_t i = 0; i < step.size(); ++i)
            op.in(p)[i] -= rateOf(op, a.rateFactor) * trust * step[i];
    }
}

// rows x inner times inner x columns.
inline std::vector<double> product(const std::vector<double> &left, const std::vector<double> &right, std::size_t rows, std::size_t inner,
                                   std::size_t columns)
{
    std::vector<double> result(rows * columns);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t k = 0; k < inner; ++k)
            for (std::size_t c = 0; c < columns; ++c)
                result[r * columns + c] += left[r * inner + k] * right[k * columns + c];
    return result;
}

inline std::vector<double> transposed(const std::vector<double> &matrix, std::size_t rows, std::size_t columns)
{
    std::vector<double> result(matrix.size());
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            result[c * rows + r] = matrix[r * columns + c];
    return result;
}

// X = 3.4445 X - 4.7750 (X X^T) X + 2.0315 (X X^T)^2 X, the wide matrix of the two turned ones.
inline std::vector<double> orthogonalized(std::vector<double> x, std::size_t rows, std::size_t columns, int iterations)
{
    const double length = norm(x) + 1e-7;
    for (double &value : x)
        value /= length;
    for (int i = 0; i < iterations; ++i) {
        const std::vector<double> gram = product(x, transposed(x, rows, columns), rows, columns, rows);
        const std::vector<double> once = product(gram, x, rows, rows, columns), twice = product(gram, once, rows, rows, columns);
        for (std::size_t k = 0; k < x.size(); ++k)
            x[k] = 3.4445 * x[k] - 4.7750 * once[k] + 2.0315 * twice[k];
    }
    return x;
}

inline void muonUpdate(const RefOp &op)
{
    const auto &a = op.attributes<MuonAttributes>();
    const double rate = rateOf(op, a.rateFactor), beta = number(a.momentum);
    for (std::size_t p = 0; p + 3 <= op.op().inputs.size() && !isSkipped(op, 3); p += 3) {
        const std::size_t rows = op.in(p).rows(), columns = op.in(p).columns();
        std::vector<double> update(op.in(p).size());
        for (std::size_t i = 0; i < update.size(); ++i) {
            double &m = op.in(p + 2)[i];
            const double g = op.in(p + 1)[i];
            m += (1 - beta) * (g - m);
            update[i] = a.nesterov ? g + beta * (m - g) : m;
        }
        if (rows <= columns)
            update = orthogonalized(std::move(update), rows, columns, a.iterations);
        else
            update = transposed(orthogonalized(transposed(update, rows, columns), columns, rows, a.iterations), columns, rows);
        for (std::size_t i = 0; i < update.size(); ++i) {
            op.in(p)[i] *= 1 - rate * number(a.weightDecay);
            op.in(p)[i] -= rate * 0.2 * std::sqrt(static_cast<double>(std::max(rows, columns))) * update[i];
        }
    }
}

inline void emaUpdate(const RefOp &op)
{
    const double t = static_cast<double>(op.scalars().step);
    const double decay = std::min(number(op.attributes<EmaAttributes>().decay), (1 + t) / (10 + t));
    for (std::size_t p = 0; p < op.op().inputs.size(); p += 2)
        for (std::size_t i = 0; i < op.in(p).size(); ++i)
            op.in(p + 1)[i] = decay * op.in(p + 1)[i] + (1 - decay) * op.in(p)[i];
}

inline void accumulateGradients(const RefOp &op)
{
    const auto &a = op.attributes<AccumulateAttributes>();
    for (std::size_t p = 0; p < op.op().inputs.size(); p += 2)
        for (std::size_t i = 0; i < op.in(p).size(); ++i) {
            double &gradient = op.in(p)[i], &sum = op.in(p + 1)[i];
            sum += gradient;
            if (a.last) {
                gradient = sum / a.count;
                sum = 0;
            }
        }
}

}  // namespace trainyard::reference
