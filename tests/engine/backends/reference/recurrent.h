// One direction of an LSTM or GRU layer, position by position, and their gradients by the chain rule.
#pragma once

#include <cmath>

#include "tests/engine/backends/reference/ref_op.h"

namespace trainyard::reference {

// Sequences of the op at hand: positions in the order computed, and indices into [N, T, blocks * units].
struct Sequences {
    std::size_t batch, length, units;
    bool reverse;

    Sequences(const RefOp &op, const Tensor64 &gates)
        : batch(static_cast<std::size_t>(gates.type.shape[0])), length(static_cast<std::size_t>(gates.type.shape[1])),
          units(static_cast<std::size_t>(op.attributes<RecurrentAttributes>().units)), reverse(op.attributes<RecurrentAttributes>().reverse)
    {
    }
    std::size_t position(std::size_t s) const { return reverse ? length - 1 - s : s; }
    std::size_t at(std::size_t n, std::size_t s, std::size_t blocks, std::size_t block, std::size_t k) const
    {
        return ((n * length + position(s)) * blocks + block) * units + k;
    }
    // The state before the s-th position computed.
    double before(const Tensor64 &states, std::size_t n, std::size_t s, std::size_t k) const { return s == 0 ? 0 : states[at(n, s - 1, 1, 0, k)]; }
    // (state before) times column `block`, k of U.
    double recurrent(const Tensor64 &states, const Tensor64 &u, std::size_t n, std::size_t s, std::size_t blocks, std::size_t block, std::size_t k) const
    {
        double sum = 0;
        for (std::size_t j = 0; j < units; ++j)
            sum += before(states, n, s, j) * u[(j * blocks + block) * units + k];
        return sum;
    }
};

inline double sigmoid(double x)
{
    return 1 / (1 + std::exp(-x));
}

inline void lstm(const RefOp &op)
{
    const Tensor64 &x = op.in(0), &u = op.in(1);
    const Sequences q(op, x);
    Tensor64 &gates = op.out(0), &states = op.out(1), &last = op.out(2), &cells = op.out(3);
    for (std::size_t n = 0; n < q.batch; ++n)
        for (std::size_t s = 0; s < q.length; ++s)
            for (std::size_t k = 0; k < q.units; ++k) {
                const auto gate = [&](std::size_t block) { return x[q.at(n, s, 4, block, k)] + q.recurrent(states, u, n, s, 4, block, k); };
                const double i = sigmoid(gate(0)), f = sigmoid(gate(1)), g = std::tanh(gate(2)), o = sigmoid(gate(3));
                const double c = f * q.before(cells, n, s, k) + i * g;
                const double values[4] = {i, f, g, o};
                for (std::size_t block = 0; block < 4; ++block)
                    gates[q.at(n, s, 4, block, k)] = values[block];
                cells[q.at(n, s, 1, 0, k)] = c;
                states[q.at(n, s, 1, 0, k)] = last[n * q.units + k] = o * std::tanh(c);
            }
}

// What dh at the s-th position computed gets from outside: dy, and at the last dlast.
inline double outerGradient(const RefOp &op, const Sequences &q, std::size_t n, std::size_t s, std::size_t k)
{
    return (op.has(4) ? op.in(4)[q.at(n, s, 1, 0, k)] : 0) + (op.has(5) && s == q.length - 1 ? op.in(5)[n * q.units + k] : 0);
}

inline void lstmGrad(const RefOp &op)
{
    const Tensor64 gates = op.in(0), &cells = op.in(1), &states = op.in(2), &u = op.in(3);
    const Sequences q(op, gates);
    Tensor64 &dgates = op.out(0), &du = op.out(1);
    std::fill(du.data.begin(), du.data.end(), 0.0);
    for (std::size_t n = 0; n < q.batch; ++n) {
        std::vector<double> dcNext(q.units);
        for (std::size_t s = q.length; s-- > 0;)
            for (std::size_t k = 0; k < q.units; ++k) {
                double dh = outerGradient(op, q, n, s, k);
                if (s + 1 < q.length)
                    for (std::size_t column = 0; column < 4 * q.units; ++column)
                        dh += dgates[q.at(n, s + 1, 4, 0, 0) + column] * u[k * 4 * q.units + column];
                const auto gate = [&](std::size_t block) { return gates[q.at(n, s, 4, block, k)]; };
                const double i = gate(0), f = gate(1), g = gate(2), o = gate(3), t = std::tanh(cells[q.at(n, s, 1, 0, k)]);
                const double dc = dcNext[k] + dh * o * (1 - t * t);
                const double values[4] = {dc * g * i * (1 - i), dc * q.before(cells, n, s, k) * f * (1 - f), dc * i * (1 - g * g), dh * t * o * (1 - o)};
                for (std::size_t block = 0; block < 4; ++block)
                    dgates[q.at(n, s, 4, block, k)] = values[block];
                dcNext[k] = dc * f;
            }
        for (std::size_t s = 0; s < q.length; ++s)
            for (std::size_t j = 0; j < q.units; ++j)
                for (std::size_t column = 0; column < 4 * q.units; ++column)
                    du[j * 4 * q.units + column] += q.before(states, n, s, j) * dgates[q.at(n, s, 4, 0, 0) + column];
    }
}

inline void gru(const RefOp &op)
{
    const Tensor64 &x = op.in(0), &u = op.in(1), &bias = op.in(2);
    const Sequences q(op, x);
    Tensor64 &gates = op.out(0), &states = op.out(1), &last = op.out(2), &shares = op.out(3);
    for (std::size_t n = 0; n < q.batch; ++n)
        for (std::size_t s = 0; s < q.length; ++s)
            for (std::size_t k = 0; k < q.units; ++k) {
                const auto input = [&](std::size_t block) { return x[q.at(n, s, 3, block, k)]; };
                const auto recurrent = [&](std::size_t block) { return q.recurrent(states, u, n, s, 3, block, k); };
                const double r = sigmoid(input(0) + recurrent(0)), z = sigmoid(input(1) + recurrent(1)), share = recurrent(2) + bias[k];
                const double candidate = std::tanh(input(2) + r * share);
                const double values[3] = {r, z, candidate};
                for (std::size_t block = 0; block < 3; ++block)
                    gates[q.at(n, s, 3, block, k)] = values[block];
                shares[q.at(n, s, 1, 0, k)] = share;
                states[q.at(n, s, 1, 0, k)] = last[n * q.units + k] = (1 - z) * candidate + z * q.before(states, n, s, k);
            }
}

inline void gruGrad(const RefOp &op)
{
    const Tensor64 gates = op.in(0), &shares = op.in(1), &states = op.in(2), &u = op.in(3);
    const Sequences q(op, gates);
    Tensor64 &dgates = op.out(0), &du = op.out(1), &dbias = op.out(2);
    std::fill(du.data.begin(), du.data.end(), 0.0);
    std::fill(dbias.data.begin(), dbias.data.end(), 0.0);
    for (std::size_t n = 0; n < q.batch; ++n) {
        std::vector<double> past(q.units), inner(3 * q.units), innerNext(3 * q.units);
        for (std::size_t s = q.length; s-- > 0;) {
            for (std::size_t k = 0; k < q.units; ++k) {
                double dh = outerGradient(op, q, n, s, k) + past[k];
                for (std::size_t column = 0; column < 3 * q.units; ++column)
                    dh += innerNext[column] * u[k * 3 * q.units + column];
                const auto gate = [&](std::size_t block) { return gates[q.at(n, s, 3, block, k)]; };
                const double r = gate(0), z = gate(1), candidate = gate(2);
                const double dn = dh * (1 - z) * (1 - candidate * candidate), dz = dh * (q.before(states, n, s, k) - candidate) * z * (1 - z);
                const double dr = dn * shares[q.at(n, s, 1, 0, k)] * r * (1 - r);
                const double outside[3] = {dr, dz, dn}, inside[3] = {dr, dz, dn * r};
                for (std::size_t block = 0; block < 3; ++block) {
                    dgates[q.at(n, s, 3, block, k)] = outside[block];
                    inner[block * q.units + k] = inside[block];
                }
                dbias[k] += inside[2];
                past[k] = dh * z;
            }
            innerNext = inner;
            for (std::size_t j = 0; j < q.units; ++j)
                for (std::size_t column = 0; column < 3 * q.units; ++column)
                    du[j * 3 * q.units + column] += q.before(states, n, s, j) * inner[column];
        }
    }
}

}  // namespace trainyard::reference
