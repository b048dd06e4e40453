// The losses of row_loss from their textbook formulas, and their slopes by differences of these.
#pragma once

#include <cmath>

#include "tests/engine/backends/reference/losses.h"

namespace trainyard::reference {

struct RefRow {
    std::vector<double> x, t;
    std::vector<std::size_t> places;  // in the predictions
};

// The rows of all samples, and how many of them one sample has.
inline std::vector<RefRow> rowsOf(RowLossKind kind, const Tensor64 &x, const Tensor64 &targets, std::size_t &perSample)
{
    const std::size_t columns = x.columns(), samples = static_cast<std::size_t>(x.type.shape[0]), positions = x.rows() / samples;
    const bool elements = kind <= RowLossKind::BinaryFocal;
    perSample = elements ? positions * columns : kind == RowLossKind::Dice ? columns : positions;
    std::vector<RefRow> rows(samples * perSample);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t position = i / columns, c = i % columns;
        RefRow &row = rows[elements ? i : kind == RowLossKind::Dice ? position / positions * columns + c : position];
        row.x.push_back(x[i]);
        row.t.push_back(targets.type.dtype == DType::I32 && columns == 1 ? targets[i] : targetOf(targets, position, columns, c));
        row.places.push_back(i);
    }
    return rows;
}

inline double lossOfRow(const RowLossAttributes &a, const RefRow &row)
{
    const auto parameter = static_cast<double>(a.parameter), second = static_cast<double>(a.second);
    const double x = row.x[0], t = row.t[0], p = 1 / (1 + std::exp(-x));
    double logSum = 0, xt = 0, xx = 0, tt = 0, sumX = 0, sumT = 0;
    for (std::size_t i = 0; i < row.x.size(); ++i) {
        logSum += std::exp(row.x[i]);
        xt += row.x[i] * row.t[i];
        xx += row.x[i] * row.x[i];
        tt += row.t[i] * row.t[i];
        sumX += row.x[i];
        sumT += row.t[i];
    }
    logSum = std::log(logSum);
    const auto softplus = [](double v) { return v > 30 ? v : std::log1p(std::exp(v)); };
    double sum = 0;
    switch (a.kind) {
    case RowLossKind::AbsoluteError: return std::abs(x - t);
    case RowLossKind::Huber: return std::abs(x - t) < parameter ? (x - t) * (x - t) / 2 : parameter * (std::abs(x - t) - parameter / 2);
    case RowLossKind::BinaryCrossEntropy: return parameter * t * softplus(-x) + (1 - t) * softplus(x);
    case RowLossKind::BinaryHinge: return std::max(0.0, parameter - (2 * t - 1) * x);
    case RowLossKind::BinaryFocal:
        return second * t * std::pow(1 - p, parameter) * softplus(-x) + (1 - second) * (1 - t) * std::pow(p, parameter) * softplus(x);
    case RowLossKind::Hinge: {
        std::size_t target = 0;
        for (std::size_t i = 0; i < row.t.size(); ++i)
            target = row.t[i] > row.t[target] ? i : target;
        double most = 0;
        for (std::size_t i = 0; i < row.x.size(); ++i)
            most = i == target ? most : std::max(most, parameter + row.x[i] - row.x[target]);
        return most;
    }
    case RowLossKind::KlDivergence:
        for (std::size_t i = 0; i < row.x.size(); ++i)
            sum += row.t[i] > 0 ? row.t[i] * (std::log(row.t[i]) - (row.x[i] - logSum)) : 0;
        return sum;
    case RowLossKind::Focal:
        for (std::size_t i = 0; i < row.x.size(); ++i)
            sum -= second * row.t[i] * std::pow(1 - std::exp(row.x[i] - logSum), parameter) * (row.x[i] - logSum);
        return sum;
    case RowLossKind::CosineSimilarity: return 1 - xt / std::max(std::sqrt(xx), 1e-8) / std::max(std::sqrt(tt), 1e-8);
    case RowLossKind::Dice: return 1 - (2 * xt + parameter) / (sumX + sumT + parameter);
    }
    return 0;
}

inline void rowLoss(const RefOp &op)
{
    const auto &a = op.attributes<RowLossAttributes>();
    std::size_t perSample = 0;
    const auto rows = rowsOf(a.kind, op.in(0), op.in(1), perSample);
    const std::size_t valid = perSample * static_cast<std::size_t>(op.scalars().validRows);
    double sum = 0;
    for (std::size_t r = 0; r < valid; ++r)
        sum += lossOfRow(a, rows[r]);
    op.out()[0] = valid ? static_cast<double>(a.scale) * sum / static_cast<double>(valid) : 0;
}

inline void rowLossGrad(const RefOp &op)
{
    const auto &a = op.attributes<RowLossAttributes>();
    std::size_t perSample = 0;
    auto rows = rowsOf(a.kind, op.in(0), op.in(1), perSample);
    const std::size_t valid = perSample * static_cast<std::size_t>(op.scalars().validRows);
    for (std::size_t r = 0; r < rows.size(); ++r)
        for (std::size_t i = 0; i < rows[r].x.size(); ++i) {
            const double x = rows[r].x[i], step = 1e-5;
            rows[r].x[i] = x + step;
            const double above = lossOfRow(a, rows[r]);
            rows[r].x[i] = x - step;
            const double below = lossOfRow(a, rows[r]);
            rows[r].x[i] = x;
            op.out()[rows[r].places[i]] = r < valid ? static_cast<double>(a.scale) * (above - below) / (2 * step) / static_cast<double>(valid) : 0;
        }
}

}  // namespace trainyard::reference
