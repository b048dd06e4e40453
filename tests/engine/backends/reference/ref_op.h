// What a naive reference of an op works with: values in float64 and nothing of the engine's arithmetic.
//
// Every function of this folder is written from the op's description alone, with plain loops; slowness is welcome,
// cleverness is not. The saved and mask outputs, whose format each backend chooses, hold positions and 0/1 here.
#pragma once

#include <vector>

#include "engine/ops/op_spec.h"

namespace trainyard::reference {

struct Tensor64 {
    TensorType type;
    std::vector<double> data;

    Tensor64() = default;
    explicit Tensor64(TensorType tensorType)
        : type(std::move(tensorType)), data(static_cast<std::size_t>(type.shape.elements()))
    {
    }

    std::size_t size() const { return data.size(); }
    double operator[](std::size_t i) const { return data[i]; }
    double &operator[](std::size_t i) { return data[i]; }
    std::size_t columns() const { return static_cast<std::size_t>(type.shape.back()); }
    std::size_t rows() const { return size() / columns(); }
    std::size_t at(std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t c) const
    {
        const Shape &s = type.shape;
        return static_cast<std::size_t>(((n * s[1] + y) * s[2] + x) * s[3] + c);
    }
};

using Values64 = std::vector<Tensor64>;

class RefOp {
public:
    RefOp(const Op &op, Values64 &values, const StepScalars &scalars) : m_op(op), m_values(values), m_scalars(scalars) {}

    template <typename T>
    const T &attributes() const
    {
        return std::get<T>(m_op.attributes);
    }
    const Op &op() const { return m_op; }
    const StepScalars &scalars() const { return m_scalars; }
    bool has(std::size_t i) const { return i < m_op.inputs.size() && m_op.inputs[i] != kNoValue; }
    bool wants(std::size_t i) const { return i < m_op.outputs.size() && m_op.outputs[i] != kNoValue; }
    Tensor64 &in(std::size_t i) const { return m_values[static_cast<std::size_t>(m_op.inputs[i])]; }
    Tensor64 &out(std::size_t i = 0) const { return m_values[static_cast<std::size_t>(m_op.outputs[i])]; }
    // Entries of t that lie in rows of the batch that count.
    std::size_t valid(const Tensor64 &t) const
    {
        return t.size() / static_cast<std::size_t>(t.type.shape[0]) * static_cast<std::size_t>(m_scalars.validRows);
    }

private:
    const Op &m_op;
    Values64 &m_values;
    const StepScalars &m_scalars;
};

}  // namespace trainyard::reference
