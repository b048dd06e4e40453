// Casts, loss scaling and fused chains.
#pragma once

#include "tests/engine/backends/reference/elementwise.h"
#include "tests/engine/backends/reference/losses.h"
#include "tests/engine/backends/reference/rounding.h"

namespace trainyard::reference {

// float32 is where all else is in float64: only 16 bit count as rounding.
inline double roundedToLow(DType type, double x)
{
    return type == DType::F32 ? x : rounded(type, x);
}

inline void cast(const RefOp &op)
{
    for (std::size_t k = 0; k < op.op().inputs.size(); ++k)
        for (std::size_t i = 0; i < op.in(k).size(); ++i)
            op.out(k)[i] = roundedToLow(op.attributes<CastAttributes>().to, op.in(k)[i]);
}

inline void scaleGradient(const RefOp &op)
{
    for (std::size_t i = 0; i < op.out().size(); ++i)
        op.out()[i] = op.in(0)[i] * op.in(1)[0];
}

inline void unscaleGradients(const RefOp &op)
{
    for (std::size_t k = 1; k < op.op().inputs.size(); ++k)
        for (double &g : op.in(k).data) {
            if (!std::isfinite(g))
                op.in(0)[2] = 1;
            g /= op.in(0)[0];
        }
}

inline void updateLossScale(const RefOp &op)
{
    const auto &a = op.attributes<LossScaleAttributes>();
    Tensor64 &state = op.in(0);
    if (state[2] == 1) {
        state[0] = std::max(state[0] * static_cast<double>(a.backoff), static_cast<double>(a.smallest));
        state[1] = 0;
        state[3] += 1;
    } else {
        state[1] += 1;
        if (state[1] == a.growthInterval) {
            state[0] = std::min(state[0] * static_cast<double>(a.growth), static_cast<double>(a.largest));
            state[1] = 0;
        }
    }
    state[2] = 0;
}

// True where an update has the loss scale as its last input and a gradient was not finite.
inline bool isSkipped(const RefOp &op, std::size_t inputsPerParameter)
{
    const std::size_t count = op.op().inputs.size();
    return count % inputsPerParameter == 1 && op.in(count - 1)[2] == 1;
}

inline void elementwiseChain(const RefOp &op)
{
    const auto &chain = op.attributes<ElementwiseChainAttributes>();
    for (std::size_t i = 0; i < op.out().size(); ++i) {
        std::vector<double> registers;
        for (std::size_t k = 0; k < op.op().inputs.size(); ++k)
            registers.push_back(op.in(k)[i]);
        for (const ElementwiseInstruction &one : chain.instructions) {
            const double a = registers[one.a], b = registers[one.b], parameter = static_cast<double>(one.parameter);
            const ActivationAttributes activationOf{one.activation, one.parameter};
            double y = 0;
            switch (one.code) {
            case ElementwiseCode::Add: y = a + b; break;
            case ElementwiseCode::Multiply: y = a * b; break;
            case ElementwiseCode::Scale: y = a * parameter; break;
            case ElementwiseCode::Activate: y = activation(activationOf, a); break;
            case ElementwiseCode::ActivateGrad:
                y = b * (gradientUsesOutput(one.activation, parameter) ? activationSlopeFromOutput(activationOf, a) : activationSlope(activationOf, a));
                break;
            case ElementwiseCode::Dropout: y = dropoutKeeps(op.scalars(), one.key, parameter, i) ? a / (1 - parameter) : 0; break;
            case ElementwiseCode::Subtract: y = a - b; break;
            case ElementwiseCode::Divide: y = a / b; break;
            case ElementwiseCode::Maximum: y = std::max(a, b); break;
            case ElementwiseCode::Minimum: y = std::min(a, b); break;
            case ElementwiseCode::Power: y = std::pow(a, b); break;
            case ElementwiseCode::PowerConstant: y = std::pow(a, parameter); break;
            case ElementwiseCode::AddConstant: y = a + parameter; break;
            case ElementwiseCode::Exp: y = std::exp(a); break;
            case ElementwiseCode::Log: y = std::log(a); break;
            case ElementwiseCode::Sqrt: y = std::sqrt(a); break;
            case ElementwiseCode::Abs: y = std::abs(a); break;
            case ElementwiseCode::Sign: y = a > 0 ? 1 : a < 0 ? -1 : 0; break;
            case ElementwiseCode::Sin: y = std::sin(a); break;
            case ElementwiseCode::Cos: y = std::cos(a); break;
            case ElementwiseCode::GreaterEqual: y = a >= b; break;
            case ElementwiseCode::Greater: y = a > b; break;
            case ElementwiseCode::Noise: y = a + parameter * normal(op.scalars(), one.key, i); break;
            case ElementwiseCode::Constant: y = parameter; break;
            }
            registers.push_back(y);
        }
        for (std::size_t k = 0; k < chain.results.size(); ++k)
            op.out(k)[i] = roundedToLow(chain.types[k], registers[chain.results[k]]);
    }
}

inline void softmaxCrossEntropyWithGrad(const RefOp &op)
{
    const Tensor64 &x = op.in(0);
    const CrossEntropyTargets targets(op, x, 3);
    const double scale = static_cast<double>(targets.a.scale), lossScale = op.has(2) ? op.in(2)[0] : 1, divisor = targets.divisor();
    Tensor64 probabilities(x.type);
    std::fill(op.out(1).data.begin(), op.out(1).data.end(), 0.0);
    double sum = 0;
    for (std::size_t r = 0; r < x.rows(); ++r) {
        if (!targets.counts(r))
            continue;
        const double logSum = softmaxRow(x, r, probabilities);
        double total = 0;
        for (std::size_t c = 0; c < targets.columns; ++c) {
            sum += targets.share(r, c) * (logSum - x[r * targets.columns + c]);
            total += targets.share(r, c);
        }
        for (std::size_t c = 0; c < targets.columns; ++c)
            op.out(1)[r * targets.columns + c] = lossScale * scale * (total * probabilities[r * targets.columns + c] - targets.share(r, c)) / divisor;
    }
    op.out(0)[0] = divisor > 0 ? scale * sum / divisor : 0;
}

}  // namespace trainyard::reference
