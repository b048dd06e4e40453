// Batch norm in training and inference, layer norm, and their backward ops.
#pragma once

#include <cmath>

#include "tests/engine/backends/reference/ref_op.h"

namespace trainyard::reference {

inline void batchNorm(const RefOp &op)
{
    const auto &a = op.attributes<BatchNormAttributes>();
    const Tensor64 &x = op.in(0);
    const std::size_t channels = x.columns(), rows = x.rows();
    for (std::size_t c = 0; c < channels; ++c) {
        double sum = 0, squares = 0;
        for (std::size_t r = 0; r < rows; ++r)
            sum += x[r * channels + c];
        const double mean = sum / static_cast<double>(rows);
        for (std::size_t r = 0; r < rows; ++r)
            squares += (x[r * channels + c] - mean) * (x[r * channels + c] - mean);
        const double variance = squares / static_cast<double>(rows);
        for (std::size_t r = 0; r < rows; ++r) {
            const std::size_t i = r * channels + c;
            const double y = op.in(1)[c] * (x[i] - mean) / std::sqrt(variance + static_cast<double>(a.epsilon)) + op.in(2)[c];
            op.out(0)[i] = a.fusedRelu && y < 0 ? 0 : y;
            if (op.wants(3))
                op.out(3)[i] = y > 0 ? 1 : 0;
        }
        op.out(1)[c] = mean;
        op.out(2)[c] = variance;
        const double m = static_cast<double>(a.momentum);
        const double unbiased = rows > 1 ? squares / static_cast<double>(rows - 1) : variance;
        op.in(3)[c] = (1 - m) * op.in(3)[c] + m * mean;
        op.in(4)[c] = (1 - m) * op.in(4)[c] + m * unbiased;
    }
}

inline void batchNormGrad(const RefOp &op)
{
    const auto &a = op.attributes<BatchNormAttributes>();
    const Tensor64 &x = op.in(0);
    const std::size_t channels = x.columns(), rows = x.rows();
    for (std::size_t c = 0; c < channels; ++c) {
        const double mean = op.in(4)[c], inverse = 1 / std::sqrt(op.in(5)[c] + static_cast<double>(a.epsilon)), gamma = op.in(2)[c];
        const auto dy = [&](std::size_t i) { return op.in(1)[i] * (a.fusedRelu ? op.in(6)[i] : 1); };
        double sum = 0, dot = 0;
        for (std::size_t i = c; i < x.size(); i += channels) {
            sum += dy(i);
            dot += dy(i) * (x[i] - mean) * inverse;
        }
        const double count = static_cast<double>(rows);
        for (std::size_t i = c; i < x.size(); i += channels)
            op.out(0)[i] = gamma * inverse * (dy(i) - sum / count - (x[i] - mean) * inverse * dot / count);
        op.out(1)[c] = dot;
        op.out(2)[c] = sum;
    }
}

inline void batchNormInference(const RefOp &op)
{
    const auto &a = op.attributes<BatchNormAttributes>();
    const std::size_t channels = op.in(0).columns();
    for (std::size_t i = 0; i < op.in(0).size(); ++i) {
        const std::size_t c = i % channels;
        const double mean = op.has(3) ? op.in(3)[c] : 0, beta = op.has(2) ? op.in(2)[c] : 0;
        const double y = op.in(1)[c] * (op.in(0)[i] - mean) / std::sqrt(op.in(4)[c] + static_cast<double>(a.epsilon)) + beta;
        op.out()[i] = a.fusedRelu && y < 0 ? 0 : y;
    }
}

inline void layerNorm(const RefOp &op)
{
    const Tensor64 &x = op.in(0);
    const std::size_t columns = x.columns();
    for (std::size_t r = 0; r < x.rows(); ++r) {
        double sum = 0, squares = 0;
        for (std::size_t c = 0; c < columns; ++c)
            sum += x[r * columns + c];
        const double mean = sum / static_cast<double>(columns);
        for (std::size_t c = 0; c < columns; ++c)
            squares += (x[r * columns + c] - mean) * (x[r * columns + c] - mean);
        const double epsilon = static_cast<double>(op.attributes<LayerNormAttributes>().epsilon);
        const double inverse = 1 / std::sqrt(squares / static_cast<double>(columns) + epsilon);
        for (std::size_t c = 0; c < columns; ++c)
            op.out(0)[r * columns + c] = op.in(1)[c] * (x[r * columns + c] - mean) * inverse + op.in(2)[c];
        op.out(1)[r] = mean;
        op.out(2)[r] = inverse;
    }
}

inline void layerNormGrad(const RefOp &op)
{
    const Tensor64 &x = op.in(0), &dy = op.in(1), &gamma = op.in(2);
    const std::size_t columns = x.columns();
    for (std::size_t c = 0; c < columns; ++c)
        op.out(1)[c] = op.out(2)[c] = 0;
    for (std::size_t r = 0; r < x.rows(); ++r) {
        double sum = 0, dot = 0;
        const auto normal = [&](std::size_t c) { return (x[r * columns + c] - op.in(3)[r]) * op.in(4)[r]; };
        for (std::size_t c = 0; c < columns; ++c) {
            const double d = dy[r * columns + c];
            sum += d * gamma[c];
            dot += d * gamma[c] * normal(c);
            op.out(1)[c] += d * normal(c);
            op.out(2)[c] += d;
        }
        const double count = static_cast<double>(columns);
        for (std::size_t c = 0; c < columns; ++c)
            op.out(0)[r * columns + c] = op.in(4)[r] * (dy[r * columns + c] * gamma[c] - sum / count - normal(c) * dot / count);
    }
}

}  // namespace trainyard::reference
