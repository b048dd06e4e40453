// What transformers are made of: embedding, rotary positions, attention, RMS norm and group norm, with their backward ops.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/engine/backends/reference/ref_op.h"

namespace trainyard::reference {

inline void embedding(const RefOp &op)
{
    const auto &a = op.attributes<EmbeddingAttributes>();
    const auto width = static_cast<std::size_t>(a.width);
    for (std::size_t p = 0; p < op.in(0).size(); ++p)
        for (std::size_t c = 0; c < width; ++c) {
            const double index = op.in(0)[p];
            const bool inside = index >= 0 && index < static_cast<double>(a.tokens);
            op.out()[p * width + c] = inside ? op.in(1)[static_cast<std::size_t>(index) * width + c] : 0;
        }
}

inline void embeddingGrad(const RefOp &op)
{
    const auto &a = op.attributes<EmbeddingAttributes>();
    const auto width = static_cast<std::size_t>(a.width);
    for (double &value : op.out().data)
        value = 0;
    for (std::size_t p = 0; p < op.in(0).size(); ++p)
        if (const double index = op.in(0)[p]; index >= 0 && index < static_cast<double>(a.tokens))
            for (std::size_t c = 0; c < width; ++c)
                op.out()[static_cast<std::size_t>(index) * width + c] += op.in(1)[p * width + c];
}

inline void rotary(const RefOp &op)
{
    const auto &a = op.attributes<RotaryAttributes>();
    const Tensor64 x = op.in(0);  // out may be in
    const auto size = static_cast<std::size_t>(a.headSize), positions = static_cast<std::size_t>(x.type.shape[1]);
    for (std::size_t r = 0; r < x.rows(); ++r)
        for (std::size_t h = 0; h < x.columns(); h += size)
            for (std::size_t i = 0; i < size / 2; ++i) {
                const double angle = static_cast<double>(r % positions) * std::pow(static_cast<double>(a.base), -2.0 * static_cast<double>(i) / static_cast<double>(size));
                const double sine = a.inverse ? -std::sin(angle) : std::sin(angle);
                const std::size_t first = r * x.columns() + h + i, second = first + size / 2;
                op.out()[first] = x[first] * std::cos(angle) - x[second] * sine;
                op.out()[second] = x[first] * sine + x[second] * std::cos(angle);
            }
}

// One head of one sample, and the weights of one of its queries.
struct HeadView {
    const AttentionAttributes &a;
    const Tensor64 &q, &k;
    const Tensor64 *mask;
    std::size_t sample, head;

    std::size_t queries() const { return static_cast<std::size_t>(q.type.shape[1]); }
    std::size_t keys() const { return static_cast<std::size_t>(k.type.shape[1]); }
    std::size_t size() const { return q.columns() / static_cast<std::size_t>(a.heads); }
    std::size_t queryAt(std::size_t t, std::size_t d) const { return (sample * queries() + t) * q.columns() + head * size() + d; }
    std::size_t keyAt(std::size_t s, std::size_t d) const
    {
        const std::size_t keyHead = head / static_cast<std::size_t>(a.heads / a.keyHeads);
        return (sample * keys() + s) * k.columns() + keyHead * size() + d;
    }
    bool sees(std::size_t t, std::size_t s) const
    {
        return !(a.causal && s + queries() > t + keys()) && (!mask || (*mask)[sample * keys() + s] != 0);
    }
    // Products of a query with all keys; -infinity where it does not see them.
    std::vector<double> products(std::size_t t) const
    {
        std::vector<double> row(keys(), -std::numeric_limits<double>::infinity());
        for (std::size_t s = 0; s < keys(); ++s)
            if (sees(t, s)) {
                row[s] = 0;
                for (std::size_t d = 0; d < size(); ++d)
                    row[s] += static_cast<double>(a.scale) * q[queryAt(t, d)] * k[keyAt(s, d)];
            }
        return row;
    }
};

template <typename Function>
void forHeads(const AttentionAttributes &a, const Tensor64 &q, const Tensor64 &k, const Tensor64 *mask, Function function)
{
    for (std::size_t n = 0; n < static_cast<std::size_t>(q.type.shape[0]); ++n)
        for (std::size_t h = 0; h < static_cast<std::size_t>(a.heads); ++h)
            function(HeadView{a, q, k, mask, n, h}, (n * static_cast<std::size_t>(a.heads) + h) * static_cast<std::size_t>(q.type.shape[1]));
}

inline void attention(const RefOp &op)
{
    const Tensor64 &v = op.in(2);
    forHeads(op.attributes<AttentionAttributes>(), op.in(0), op.in(1), op.has(3) ? &op.in(3) : nullptr, [&](const HeadView &view, std::size_t row) {
        for (std::size_t t = 0; t < view.queries(); ++t) {
            const std::vector<double> products = view.products(t);
            const double largest = *std::max_element(products.begin(), products.end());
            const bool any = std::isfinite(largest);
            double sum = 0;
            for (const double product : products)
                sum += any ? std::exp(product - largest) : 0;
            op.out(1)[row + t] = any ? largest + std::log(sum) : 0;
            for (std::size_t d = 0; d < view.size(); ++d) {
                double &y = op.out(0)[view.queryAt(t, d)];
                y = 0;
                for (std::size_t s = 0; s < view.keys() && any; ++s)
                    y += std::exp(products[s] - largest) / sum * v[view.keyAt(s, d)];
            }
        }
    });
}

inline void attentionGrad(const RefOp &op)
{
    const auto &a = op.attributes<AttentionAttributes>();
    const Tensor64 &q = op.in(0), &k = op.in(1), &v = op.in(2), &y = op.in(3), &dy = op.in(4);
    for (std::size_t i = 0; i < 3; ++i)
        std::fill(op.out(i).data.begin(), op.out(i).data.end(), 0.0);
    forHeads(a, q, k, op.has(6) ? &op.in(6) : nullptr, [&](const HeadView &view, std::size_t row) {
        for (std::size_t t = 0; t < view.queries(); ++t) {
            const std::vector<double> products = view.products(t);
            double delta = 0;
            for (std::size_t d = 0; d < view.size(); ++d)
                delta += y[view.queryAt(t, d)] * dy[view.queryAt(t, d)];
            for (std::size_t s = 0; s < view.keys(); ++s) {
                const double weight = std::exp(products[s] - op.in(5)[row + t]);
                double dweight = 0;
                for (std::size_t d = 0; d < view.size(); ++d)
                    dweight += dy[view.queryAt(t, d)] * v[view.keyAt(s, d)];
                const double dproduct = static_cast<double>(a.scale) * weight * (dweight - delta);
                for (std::size_t d = 0; d < view.size(); ++d) {
                    op.out(0)[view.queryAt(t, d)] += dproduct * k[view.keyAt(s, d)];
                    op.out(1)[view.keyAt(s, d)] += dproduct * q[view.queryAt(t, d)];
                    op.out(2)[view.keyAt(s, d)] += weight * dy[view.queryAt(t, d)];
                }
            }
        }
    });
}

inline void rmsNorm(const RefOp &op)
{
    const Tensor64 &x = op.in(0);
    const std::size_t columns = x.columns();
    for (std::size_t r = 0; r < x.rows(); ++r) {
        double squares = 0;
        for (std::size_t c = 0; c < columns; ++c)
            squares += x[r * columns + c] * x[r * columns + c];
        const double inverse = 1 / std::sqrt(squares / static_cast<double>(columns) + static_cast<double>(op.attributes<LayerNormAttributes>().epsilon));
        for (std::size_t c = 0; c < columns; ++c)
            op.out(0)[r * columns + c] = op.in(1)[c] * x[r * columns + c] * inverse;
        op.out(1)[r] = inverse;
    }
}

inline void rmsNormGrad(const RefOp &op)
{
    const Tensor64 &x = op.in(0), &dy = op.in(1), &gamma = op.in(2);
    const std::size_t columns = x.columns();
    for (double &value : op.out(1).data)
        value = 0;
    for (std::size_t r = 0; r < x.rows(); ++r) {
        const double inverse = op.in(3)[r];
        double dot = 0;
        for (std::size_t c = 0; c < columns; ++c) {
            const std::size_t i = r * columns + c;
            dot += dy[i] * gamma[c] * x[i] * inverse;
            op.out(1)[c] += dy[i] * x[i] * inverse;
        }
        for (std::size_t c = 0; c < columns; ++c) {
            const std::size_t i = r * columns + c;
            op.out(0)[i] = inverse * (dy[i] * gamma[c] - x[i] * inverse * dot / static_cast<double>(columns));
        }
    }
}

// Calls function(group of all samples' groups, positions of its elements).
template <typename Function>
void forGroups(const Tensor64 &x, std::int64_t groups, Function function)
{
    const auto samples = static_cast<std::size_t>(x.type.shape[0]), count = static_cast<std::size_t>(groups);
    const std::size_t perSample = x.size() / samples, perGroup = x.columns() / count;
    for (std::size_t group = 0; group < samples * count; ++group) {
        std::vector<std::size_t> elements;
        for (std::size_t i = group / count * perSample; i < (group / count + 1) * perSample; ++i)
            if (i % x.columns() / perGroup == group % count)
                elements.push_back(i);
        function(group, elements);
    }
}

inline void groupNorm(const RefOp &op)
{
    const auto &a = op.attributes<GroupNormAttributes>();
    const Tensor64 &x = op.in(0);
    forGroups(x, a.groups, [&](std::size_t group, const std::vector<std::size_t> &elements) {
        double sum = 0, squares = 0;
        for (const std::size_t i : elements)
            sum += x[i];
        const double mean = sum / static_cast<double>(elements.size());
        for (const std::size_t i : elements)
            squares += (x[i] - mean) * (x[i] - mean);
        const double inverse = 1 / std::sqrt(squares / static_cast<double>(elements.size()) + static_cast<double>(a.epsilon));
        for (const std::size_t i : elements)
            op.out(0)[i] = op.in(1)[i % x.columns()] * (x[i] - mean) * inverse + op.in(2)[i % x.columns()];
        op.out(1)[group] = mean;
        op.out(2)[group] = inverse;
    });
}

inline void groupNormGrad(const RefOp &op)
{
    const Tensor64 &x = op.in(0), &dy = op.in(1), &gamma = op.in(2);
    std::fill(op.out(1).data.begin(), op.out(1).data.end(), 0.0);
    std::fill(op.out(2).data.begin(), op.out(2).data.end(), 0.0);
    forGroups(x, op.attributes<GroupNormAttributes>().groups, [&](std::size_t group, const std::vector<std::size_t> &elements) {
        const double mean = op.in(3)[group], inverse = op.in(4)[group], count = static_cast<double>(elements.size());
        const auto normal = [&](std::size_t i) { return (x[i] - mean) * inverse; };
        double sum = 0, dot = 0;
        for (const std::size_t i : elements) {
            const std::size_t c = i % x.columns();
            sum += dy[i] * gamma[c];
            dot += dy[i] * gamma[c] * normal(i);
            op.out(1)[c] += dy[i] * normal(i);
            op.out(2)[c] += dy[i];
        }
        for (const std::size_t i : elements)
            op.out(0)[i] = inverse * (dy[i] * gamma[i % x.columns()] - sum / count - normal(i) * dot / count);
    });
}

}  // namespace trainyard::reference
