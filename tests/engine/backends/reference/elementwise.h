// Activations, add, multiply, dropout.
#pragma once

#include <cmath>
#include <numbers>

#include "engine/base/philox.h"
#include "tests/engine/backends/reference/ref_op.h"

namespace trainyard::reference {

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

inline void dropout(const RefOp &op)
{
    const auto &a = op.attributes<DropoutAttributes>();
    const double rate = static_cast<double>(a.rate);
    for (std::size_t i = 0; i < op.out().size(); ++i)
        op.out()[i] = dropoutKeeps(op.scalars(), a.key, rate, i) ? op.in(0)[i] / (1 - rate) : 0;
}

}  // namespace trainyard::reference
