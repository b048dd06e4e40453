// Activations, add, multiply, dropout.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/base/philox.h"
#include "tests/engine/backends/reference/ref_op.h"

namespace trainyard::reference {

inline constexpr double kSeluScale = 1.0507009873554805, kSeluAlpha = 1.6732632423543772;  // Klambauer et al. 2017

inline double activation(const ActivationAttributes &a, double x)
{
    switch (a.kind) {
    case ActivationKind::Identity: return x;
    case ActivationKind::Relu: return x > 0 ? x : 0;
    case ActivationKind::LeakyRelu: return x > 0 ? x : static_cast<double>(a.slope) * x;
    case ActivationKind::Gelu: return x * 0.5 * std::erfc(-x / std::numbers::sqrt2);
    case ActivationKind::Silu: return x / (1 + std::exp(-x));
    case ActivationKind::Tanh: return std::tanh(x);
    case ActivationKind::Sigmoid: return 1 / (1 + std::exp(-x));
    case ActivationKind::GeluTanh: return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case ActivationKind::Elu: return x > 0 ? x : static_cast<double>(a.slope) * std::expm1(x);
    case ActivationKind::Selu: return kSeluScale * (x > 0 ? x : kSeluAlpha * std::expm1(x));
    case ActivationKind::Softplus: return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    case ActivationKind::Mish: return x * std::tanh(std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))));
    case ActivationKind::HardSwish: return x * std::clamp(x + 3, 0.0, 6.0) / 6;
    case ActivationKind::HardSigmoid: return std::clamp(x + 3, 0.0, 6.0) / 6;
    }
    return x;
}

inline double activationSlopeFromOutput(const ActivationAttributes &a, double y)
{
    switch (a.kind) {
    case ActivationKind::Relu: return y > 0 ? 1 : 0;
    case ActivationKind::LeakyRelu: return y > 0 ? 1 : static_cast<double>(a.slope);
    case ActivationKind::Tanh: return 1 - y * y;
    case ActivationKind::Sigmoid: return y * (1 - y);
    case ActivationKind::Elu: return y > 0 ? 1 : y + static_cast<double>(a.slope);
    case ActivationKind::Selu: return y > 0 ? kSeluScale : y + kSeluScale * kSeluAlpha;
    case ActivationKind::Softplus: return -std::expm1(-y);
    case ActivationKind::HardSigmoid: return y > 0 && y < 1 ? 1.0 / 6 : 0;
    default: return std::nan("");  // not a function of the output
    }
}

inline double activationSlope(const ActivationAttributes &a, double x)
{
    if (a.kind == ActivationKind::Identity)
        return 1;
    if (a.kind == ActivationKind::Gelu)
        return 0.5 * std::erfc(-x / std::numbers::sqrt2) + x * std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
    if (a.kind == ActivationKind::Silu) {
        const double s = 1 / (1 + std::exp(-x));
        return s * (1 + x * (1 - s));
    }
    if (a.kind == ActivationKind::LeakyRelu)
        return x > 0 ? 1 : static_cast<double>(a.slope);
    if (a.kind == ActivationKind::Elu)
        return x > 0 ? 1 : static_cast<double>(a.slope) * std::exp(x);
    if (a.kind == ActivationKind::GeluTanh) {
        const double root = std::sqrt(2 / std::numbers::pi), t = std::tanh(root * (x + 0.044715 * x * x * x));
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 3 * 0.044715 * x * x);
    }
    if (a.kind == ActivationKind::Mish) {
        const double softplus = std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))), t = std::tanh(softplus);
        return t + x * (1 - t * t) / (1 + std::exp(-x));
    }
    if (a.kind == ActivationKind::HardSwish)
        return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5;
    return activationSlopeFromOutput(a, activation(a, x));
}

inline void activate(const RefOp &op)
{
    for (std::size_t i = 0; i < op.out().size(); ++i)
        op.out()[i] = activation(op.attributes<ActivationAttributes>(), op.in(0)[i]);
}

inline void activateGrad(const RefOp &op)
{
    const auto &a = op.attributes<ActivationAttributes>();
    for (std::size_t i = 0; i < op.out().size(); ++i) {
        const double saved = op.in(0)[i];
        op.out()[i] = op.in(1)[i] * (gradientUsesOutput(a.kind, a.slope) ? activationSlopeFromOutput(a, saved) : activationSlope(a, saved));
    }
}

inline void add(const RefOp &op)
{
    const auto *post = std::get_if<ActivationAttributes>(&op.op().attributes);
    for (std::size_t i = 0; i < op.out().size(); ++i)
        op.out()[i] = activation(post ? *post : ActivationAttributes{}, op.in(0)[i] + op.in(1)[i]);
}

inline void multiply(const RefOp &op)
{
    for (std::size_t i = 0; i < op.out().size(); ++i)
        op.out()[i] = op.in(0)[i] * op.in(1)[i];
}

inline bool dropoutKeeps(const StepScalars &scalars, std::uint32_t key, double rate, std::size_t i)
{
    const Philox4 bits = philox(scalars.seed, {static_cast<std::uint32_t>(i / 4), static_cast<std::uint32_t>(scalars.step), key,
                                               static_cast<std::uint32_t>(RandomStream::Dropout)});
    return (bits[i % 4] >> 8) / 16777216.0 >= rate;
}

// Box and Muller's two numbers from two words, in float64.
inline double normal(const StepScalars &scalars, std::uint32_t key, std::size_t i)
{
    const Philox4 bits = philox(scalars.seed, {static_cast<std::uint32_t>(i / 4), static_cast<std::uint32_t>(scalars.step), key,
                                               static_cast<std::uint32_t>(RandomStream::Noise)});
    const std::size_t pair = i % 4 / 2 * 2;
    const double radius = std::sqrt(-2 * std::log(((bits[pair] >> 8) + 1) / 16777216.0));
    const double angle = 2 * std::numbers::pi * ((bits[pair + 1] >> 8) / 16777216.0);
    return radius * (i % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

inline void dropout(const RefOp &op)
{
    const auto &a = op.attributes<DropoutAttributes>();
    const double rate = static_cast<double>(a.rate);
    const std::size_t channels = op.out().columns(), each = op.out().size() / static_cast<std::size_t>(op.out().type.shape[0]);
    for (std::size_t i = 0; i < op.out().size(); ++i) {
        const std::size_t number = a.channelwise ? i / each * channels + i % channels : i;
        op.out()[i] = dropoutKeeps(op.scalars(), a.key, rate, number) ? op.in(0)[i] / (1 - rate) : 0;
    }
}

}  // namespace trainyard::reference
