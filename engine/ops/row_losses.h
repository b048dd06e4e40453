// The losses that are worked out row by row, for every device: what a row is, its loss, and the slope of that for each of its
// predictions x against its targets t. The loss of a batch is the mean over the rows of the samples that count.
//
//   an element    absolute error   |x - t|
//                 Huber            d^2 / 2 for |d| <= delta, else delta (|d| - delta / 2), where d = x - t; Huber 1964
//                 binary cross-entropy  w t softplus(-x) + (1 - t) softplus(x), which is -log of a sigmoid
//                 binary hinge     max(0, margin - (2 t - 1) x)
//                 binary focal     alpha t (1 - p)^gamma softplus(-x) + (1 - alpha) (1 - t) p^gamma softplus(x); Lin et al. 2017
//   a position    hinge            max(0, margin + the largest other x - x of the target); Crammer and Singer 2001
//                 KL divergence    sum of t (log t - log softmax(x))
//                 focal            alpha sum of t (1 - p)^gamma (-log p), p = softmax(x)
//                 cosine similarity  1 - x t / (|x| |t|)
//   a class of a  dice             1 - (2 sum of x t + s) / (sum of x + sum of t + s), where x are probabilities; Milletari et
//   sample                         al. 2016
//
// A row is walked by a Team: one thread on the CPU, a team of lanes on a GPU, all of whose lanes take part in every reduction.
#pragma once

#include <cmath>
#include <cstdint>

#include "engine/base/host_device.h"
#include "engine/ops/op_attributes.h"

namespace trainyard {

enum class RowKind : std::uint8_t { Element, Position, ClassOfSample };

constexpr RowKind rowKindOf(RowLossKind kind)
{
    return kind <= RowLossKind::BinaryFocal ? RowKind::Element : kind == RowLossKind::Dice ? RowKind::ClassOfSample : RowKind::Position;
}

// How predictions [N, ..., C] are cut into rows.
struct RowCut {
    std::int64_t rows = 0, perSample = 0;    // in all, and of one sample
    std::int64_t length = 1, stride = 1;     // predictions of a row, and how far apart they lie
    std::int64_t columns = 1;                // C
    std::int64_t positions = 1;              // of a sample

    TRAINYARD_HOST_DEVICE std::int64_t begin(std::int64_t row) const
    {
        return stride == 1 ? row * length : row / columns * positions * columns + row % columns;
    }
};

inline RowCut rowCutOf(RowLossKind kind, const Shape &shape)
{
    RowCut cut;
    const std::int64_t samples = shape[0];
    cut.columns = shape.back();
    cut.positions = shape.elements() / samples / cut.columns;
    switch (rowKindOf(kind)) {
    case RowKind::Element: cut.perSample = cut.positions * cut.columns; break;
    case RowKind::Position:
        cut.perSample = cut.positions;
        cut.length = cut.columns;
        break;
    case RowKind::ClassOfSample:
        cut.perSample = cut.columns;
        cut.length = cut.positions;
        cut.stride = cut.columns;
        break;
    }
    cut.rows = samples * cut.perSample;
    return cut;
}

// One of both: classes for each position, where of one column the class itself is the number; or a number for each prediction.
struct RowTargets {
    const std::int32_t *classes = nullptr;
    const float *values = nullptr;
};

template <typename T, typename Team>
struct LossRow {
    const T *predictions;
    RowTargets targets;
    std::int64_t begin, length, stride, columns;

    // length 0: the team has no row and only helps reducing.
    TRAINYARD_HOST_DEVICE LossRow(const RowCut &cut, const T *x, const RowTargets &t, std::int64_t row, bool counts)
        : predictions(x), targets(t), begin(counts ? cut.begin(row) : 0), length(counts ? cut.length : 0), stride(cut.stride), columns(cut.columns)
    {
    }

    TRAINYARD_HOST_DEVICE float x(std::int64_t i) const { return Team::number(predictions[begin + i * stride]); }
    TRAINYARD_HOST_DEVICE float t(std::int64_t i) const
    {
        const std::int64_t at = begin + i * stride;
        if (targets.values)
            return targets.values[at];
        return columns == 1 ? static_cast<float>(targets.classes[at]) : targets.classes[at / columns] == at % columns ? 1.0f : 0.0f;
    }

    template <typename Function>
    TRAINYARD_HOST_DEVICE double sum(Function function) const
    {
        double mine = 0;
        for (std::int64_t i = Team::lane(); i < length; i += Team::lanes)
            mine += static_cast<double>(function(i));
        return Team::sum(mine);
    }

    // The first place of the largest value, `except` left out; -1 where there is none.
    template <typename Function>
    TRAINYARD_HOST_DEVICE std::int64_t largest(Function function, std::int64_t except = -1) const
    {
        float most = 0;
        std::int64_t place = -1;
        for (std::int64_t i = Team::lane(); i < length; i += Team::lanes)
            if (const float value = function(i); i != except && (place < 0 || value > most)) {
                most = value;
                place = i;
            }
        return Team::largest(most, place);
    }
};

TRAINYARD_HOST_DEVICE inline float softplus(float x)
{
    return (x > 0 ? x : 0.0f) + log1pf(expf(-fabsf(x)));
}

// Without overflow on either side.
TRAINYARD_HOST_DEVICE inline float sigmoid(float x)
{
    const float small = expf(-fabsf(x));
    return (x >= 0 ? 1.0f : small) / (1.0f + small);
}

// What is known of a whole row before its slopes: which numbers, says the kind.
struct RowFacts {
    double first = 0, second = 0, third = 0;
};

// log sum exp(x)
template <typename Row>
TRAINYARD_HOST_DEVICE double logSumOf(const Row &row)
{
    const std::int64_t at = row.largest([&](std::int64_t i) { return row.x(i); });
    const float most = at < 0 ? 0.0f : row.x(at);
    return static_cast<double>(most) + log(row.sum([&](std::int64_t i) { return expf(row.x(i) - most); }));
}

// The slope of focal's loss with p, times p, for a target of 1: gamma (1 - p)^(gamma - 1) p log p - (1 - p)^gamma.
TRAINYARD_HOST_DEVICE inline float focalSlope(float logP, float gamma)
{
    const float rest = -expm1f(logP);
    const float ratio = rest > 0 ? logP / rest : -1.0f;  // where p is 1 to the last bit
    return powf(rest, gamma) * (gamma * expf(logP) * ratio - 1.0f);
}

template <RowLossKind kKind, typename Row>
TRAINYARD_HOST_DEVICE RowFacts factsOf(const RowLossAttributes &a, const Row &row)
{
    [[maybe_unused]] const auto x = [&](std::int64_t i) { return row.x(i); };
    [[maybe_unused]] const auto t = [&](std::int64_t i) { return row.t(i); };
    if constexpr (kKind == RowLossKind::Hinge) {  // the target, the largest other, by how much the margin is missed
        const std::int64_t target = row.largest(t), other = row.largest(x, target);
        const float missed = other < 0 ? 0.0f : a.parameter + row.x(other) - row.x(target);
        return {static_cast<double>(target), static_cast<double>(other), static_cast<double>(missed > 0 ? missed : 0.0f)};
    } else if constexpr (kKind == RowLossKind::KlDivergence) {  // log sum exp x, sum of t
        return {logSumOf(row), row.sum(t), 0};
    } else if constexpr (kKind == RowLossKind::Focal) {  // log sum exp x, sum of the slopes
        const double logSum = logSumOf(row);
        return {logSum, row.sum([&](std::int64_t i) {
                    const float target = row.t(i);
                    return target == 0 ? 0.0f : target * focalSlope(static_cast<float>(static_cast<double>(row.x(i)) - logSum), a.parameter);
                }), 0};
    } else if constexpr (kKind == RowLossKind::CosineSimilarity) {  // x t, |x|, |t|
        constexpr double kLeast = 1e-8;
        const auto square = [](float v) { return static_cast<double>(v) * static_cast<double>(v); };
        const double dot = row.sum([&](std::int64_t i) { return static_cast<double>(row.x(i)) * static_cast<double>(row.t(i)); });
        const double ofX = sqrt(row.sum([&](std::int64_t i) { return square(row.x(i)); }));
        const double ofT = sqrt(row.sum([&](std::int64_t i) { return square(row.t(i)); }));
        return {dot, ofX > kLeast ? ofX : kLeast, ofT > kLeast ? ofT : kLeast};
    } else if constexpr (kKind == RowLossKind::Dice) {  // 2 sum of x t + s, sum of x + sum of t + s
        const double both = row.sum([&](std::int64_t i) { return static_cast<double>(row.x(i)) * static_cast<double>(row.t(i)); });
        return {2 * both + static_cast<double>(a.parameter), row.sum(x) + row.sum(t) + static_cast<double>(a.parameter), 0};
    }
    return {};
}

// Every lane of the team gets it.
template <RowLossKind kKind, typename Row>
TRAINYARD_HOST_DEVICE double lossOf(const RowLossAttributes &a, const RowFacts &facts, const Row &row)
{
    if constexpr (rowKindOf(kKind) == RowKind::Element) {
        return row.sum([&](std::int64_t i) {
            const float x = row.x(i), t = row.t(i), d = x - t;
            switch (kKind) {
            case RowLossKind::AbsoluteError: return fabsf(d);
            case RowLossKind::Huber: return fabsf(d) <= a.parameter ? 0.5f * d * d : a.parameter * (fabsf(d) - 0.5f * a.parameter);
            case RowLossKind::BinaryCrossEntropy: return a.parameter * t * softplus(-x) + (1.0f - t) * softplus(x);
            case RowLossKind::BinaryHinge: {
                const float missed = a.parameter - (2.0f * t - 1.0f) * x;
                return missed > 0 ? missed : 0.0f;
            }
            default:
                return a.second * t * powf(sigmoid(-x), a.parameter) * softplus(-x)
                       + (1.0f - a.second) * (1.0f - t) * powf(sigmoid(x), a.parameter) * softplus(x);
            }
        });
    } else if constexpr (kKind == RowLossKind::Hinge) {
        return facts.third;
    } else if constexpr (kKind == RowLossKind::KlDivergence) {
        return row.sum([&](std::int64_t i) {
            const double t = row.t(i);
            return t > 0 ? t * (log(t) - static_cast<double>(row.x(i)) + facts.first) : 0.0;
        });
    } else if constexpr (kKind == RowLossKind::Focal) {
        return static_cast<double>(a.second) * row.sum([&](std::int64_t i) {
            const float t = row.t(i), logP = static_cast<float>(static_cast<double>(row.x(i)) - facts.first);
            return t == 0 ? 0.0f : -t * powf(-expm1f(logP), a.parameter) * logP;
        });
    } else if constexpr (kKind == RowLossKind::CosineSimilarity) {
        return row.length == 0 ? 0.0 : 1.0 - facts.first / (facts.second * facts.third);
    } else {
        return row.length == 0 ? 0.0 : 1.0 - facts.first / facts.second;
    }
}

// The derivative of the row's loss with x(i).
template <RowLossKind kKind, typename Row>
TRAINYARD_HOST_DEVICE float slopeOf(const RowLossAttributes &a, const RowFacts &facts, const Row &row, std::int64_t i)
{
    const float x = row.x(i);
    if constexpr (kKind == RowLossKind::Hinge) {
        return facts.third <= 0 ? 0.0f : i == static_cast<std::int64_t>(facts.first) ? -1.0f : i == static_cast<std::int64_t>(facts.second) ? 1.0f : 0.0f;
    } else {
        const float t = row.t(i), d = x - t;
        if constexpr (kKind == RowLossKind::AbsoluteError)
            return d > 0 ? 1.0f : d < 0 ? -1.0f : 0.0f;
        else if constexpr (kKind == RowLossKind::Huber)
            return d > a.parameter ? a.parameter : d < -a.parameter ? -a.parameter : d;
        else if constexpr (kKind == RowLossKind::BinaryCrossEntropy)
            return (1.0f - t) * sigmoid(x) - a.parameter * t * sigmoid(-x);
        else if constexpr (kKind == RowLossKind::BinaryHinge)
            return a.parameter - (2.0f * t - 1.0f) * x > 0 ? 1.0f - 2.0f * t : 0.0f;
        else if constexpr (kKind == RowLossKind::BinaryFocal) {
            const float p = sigmoid(x), q = sigmoid(-x), gamma = a.parameter;
            return (1.0f - a.second) * (1.0f - t) * powf(p, gamma) * (gamma * q * softplus(x) + p)
                   - a.second * t * powf(q, gamma) * (gamma * p * softplus(-x) + q);
        } else if constexpr (kKind == RowLossKind::KlDivergence)
            return static_cast<float>(facts.second * exp(static_cast<double>(x) - facts.first)) - t;
        else if constexpr (kKind == RowLossKind::Focal) {
            const float logP = static_cast<float>(static_cast<double>(x) - facts.first);
            return a.second * ((t == 0 ? 0.0f : t * focalSlope(logP, a.parameter)) - expf(logP) * static_cast<float>(facts.second));
        } else if constexpr (kKind == RowLossKind::CosineSimilarity) {
            const double cosine = facts.first / (facts.second * facts.third);
            return static_cast<float>(cosine * static_cast<double>(x) / (facts.second * facts.second) - static_cast<double>(t) / (facts.second * facts.third));
        } else
            return static_cast<float>((facts.first - 2.0 * static_cast<double>(t) * facts.second) / (facts.second * facts.second));
    }
}

// Calls function(std::integral_constant<RowLossKind, kind>).
template <typename Function>
auto withRowLoss(RowLossKind kind, Function function)
{
    switch (kind) {
    case RowLossKind::AbsoluteError: return function(std::integral_constant<RowLossKind, RowLossKind::AbsoluteError>{});
    case RowLossKind::Huber: return function(std::integral_constant<RowLossKind, RowLossKind::Huber>{});
    case RowLossKind::BinaryCrossEntropy: return function(std::integral_constant<RowLossKind, RowLossKind::BinaryCrossEntropy>{});
    case RowLossKind::BinaryHinge: return function(std::integral_constant<RowLossKind, RowLossKind::BinaryHinge>{});
    case RowLossKind::BinaryFocal: return function(std::integral_constant<RowLossKind, RowLossKind::BinaryFocal>{});
    case RowLossKind::Hinge: return function(std::integral_constant<RowLossKind, RowLossKind::Hinge>{});
    case RowLossKind::KlDivergence: return function(std::integral_constant<RowLossKind, RowLossKind::KlDivergence>{});
    case RowLossKind::Focal: return function(std::integral_constant<RowLossKind, RowLossKind::Focal>{});
    case RowLossKind::CosineSimilarity: return function(std::integral_constant<RowLossKind, RowLossKind::CosineSimilarity>{});
    default: return function(std::integral_constant<RowLossKind, RowLossKind::Dice>{});
    }
}

}  // namespace trainyard
