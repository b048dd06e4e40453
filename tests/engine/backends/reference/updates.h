// The optimizers' updates, as torch.optim writes them (SGD, Adam, AdamW of PyTorch 2).
#pragma once

#include <cmath>

#include "tests/engine/backends/reference/low_precision.h"

namespace trainyard::reference {

inline void clipGradients(const RefOp &op)
{
    const auto &a = op.attributes<ClipAttributes>();
    const double maxNorm = static_cast<double>(a.maxNorm), maxValue = static_cast<double>(a.maxValue);
    double squares = 0;
    for (std::size_t k = 0; k < op.op().inputs.size(); ++k)
        for (double &g : op.in(k).data) {
            if (maxValue > 0 && std::abs(g) > maxValue)
                g = std::copysign(maxValue, g);
            squares += g * g;
        }
    const double factor = maxNorm / (std::sqrt(squares) + 1e-6);
    for (std::size_t k = 0; k < op.op().inputs.size() && maxNorm > 0 && !(factor >= 1); ++k)
        for (double &g : op.in(k).data)
            g *= factor;
}

inline void sgdUpdate(const RefOp &op)
{
    const auto &a = op.attributes<SgdAttributes>();
    const double rate = static_cast<double>(op.scalars().learningRate) * static_cast<double>(a.rateFactor), momentum = static_cast<double>(a.momentum);
    for (std::size_t p = 0; p + 2 < op.op().inputs.size() && !isSkipped(op, 3); p += 3)
        for (std::size_t i = 0; i < op.in(p).size(); ++i) {
            double d = op.in(p + 1)[i] + static_cast<double>(a.weightDecay) * op.in(p)[i];
            if (op.has(p + 2)) {
                double &buffer = op.in(p + 2)[i];
                buffer = momentum * buffer + d;
                d = a.nesterov ? d + momentum * buffer : buffer;
            }
            op.in(p)[i] -= rate * d;
        }
}

inline void adamUpdate(const RefOp &op)
{
    const auto &a = op.attributes<AdamAttributes>();
    const double rate = static_cast<double>(op.scalars().learningRate) * static_cast<double>(a.rateFactor), t = static_cast<double>(op.scalars().step) + 1;
    const double beta1 = static_cast<double>(a.beta1), beta2 = static_cast<double>(a.beta2), decay = static_cast<double>(a.weightDecay);
    for (std::size_t p = 0; p + 3 < op.op().inputs.size() && !isSkipped(op, 4); p += 4)
        for (std::size_t i = 0; i < op.in(p).size(); ++i) {
            double &w = op.in(p)[i], &m = op.in(p + 2)[i], &v = op.in(p + 3)[i];
            double g = op.in(p + 1)[i];
            if (a.decoupled)
                w *= 1 - rate * decay;
            else
                g += decay * w;
            m = beta1 * m + (1 - beta1) * g;
            v = beta2 * v + (1 - beta2) * g * g;
            const double corrected = m / (1 - std::pow(beta1, t));
            w -= rate * corrected / (std::sqrt(v / (1 - std::pow(beta2, t))) + static_cast<double>(a.epsilon));
        }
}

}  // namespace trainyard::reference
