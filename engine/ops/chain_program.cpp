#include "engine/ops/chain_program.h"

#include <algorithm>
#include <cmath>

namespace trainyard {

ChainProgram::ChainProgram(std::size_t inputs) : m_inputs(inputs) {}

ChainProgram::Node ChainProgram::append(ElementwiseInstruction what, Node a, Node b)
{
    const int operands = operandsOf(what.code);
    const bool random = what.code == ElementwiseCode::Dropout || what.code == ElementwiseCode::Noise;
    const bool folds = operands > 0 && !random && what.code != ElementwiseCode::ActivateGrad && what.code != ElementwiseCode::Activate;
    if (folds && isConstant(a) && (operands < 2 || isConstant(b)))
        return constant(valueOf(what, constantOf(a), operands < 2 ? 0.0f : constantOf(b)));
    if ((what.code == ElementwiseCode::Add || what.code == ElementwiseCode::Multiply) && a > b)
        std::swap(a, b);
    what.a = what.b = 0;
    const Step step{what, operands > 0 ? a : 0, operands > 1 ? b : 0};
    const auto found = std::find(m_steps.begin(), m_steps.end(), step);
    if (found != m_steps.end())
        return static_cast<Node>(m_inputs + static_cast<std::size_t>(found - m_steps.begin()));
    m_steps.push_back(step);
    return static_cast<Node>(m_inputs + m_steps.size() - 1);
}

ChainProgram::Node ChainProgram::constant(float value)
{
    return append({.code = ElementwiseCode::Constant, .parameter = value}, 0, 0);
}

ChainProgram::Node ChainProgram::add(Node a, Node b)
{
    if (isConstant(a))
        std::swap(a, b);
    if (!isConstant(b))
        return append({.code = ElementwiseCode::Add}, a, b);
    return constantOf(b) == 0.0f ? a : append({.code = ElementwiseCode::AddConstant, .parameter = constantOf(b)}, a, a);
}

ChainProgram::Node ChainProgram::subtract(Node a, Node b)
{
    if (isConstant(b))
        return add(a, constant(-constantOf(b)));
    if (isConstant(a))
        return add(scale(b, -1.0f), a);
    return append({.code = ElementwiseCode::Subtract}, a, b);
}

ChainProgram::Node ChainProgram::multiply(Node a, Node b)
{
    if (isConstant(a))
        std::swap(a, b);
    if (!isConstant(b))
        return append({.code = ElementwiseCode::Multiply}, a, b);
    const float by = constantOf(b);
    if (by == 1.0f)
        return a;
    if (by == 0.0f)
        return b;
    if (!isInput(a) && m_steps[a - m_inputs].what.code == ElementwiseCode::Scale) {
        const Step inner = m_steps[a - m_inputs];
        return scale(inner.a, inner.what.parameter * by);
    }
    return append({.code = ElementwiseCode::Scale, .parameter = by}, a, a);
}

ChainProgram::Node ChainProgram::divide(Node a, Node b)
{
    if (isConstant(b) && constantOf(b) != 0.0f)
        return scale(a, 1.0f / constantOf(b));
    if (isConstant(a) && constantOf(a) == 0.0f)
        return a;
    return append({.code = ElementwiseCode::Divide}, a, b);
}

ChainProgram::Node ChainProgram::power(Node a, Node b)
{
    if (!isConstant(b) || isConstant(a))
        return append({.code = ElementwiseCode::Power}, a, b);
    const float exponent = constantOf(b);
    if (exponent == 0.0f)
        return constant(1.0f);
    if (exponent == 1.0f)
        return a;
    if (exponent == 2.0f)
        return multiply(a, a);
    if (exponent == 3.0f)
        return multiply(multiply(a, a), a);
    if (exponent == 0.5f)
        return apply(ElementwiseCode::Sqrt, a);
    if (exponent == -1.0f)
        return divide(constant(1.0f), a);
    return append({.code = ElementwiseCode::PowerConstant, .parameter = exponent}, a, a);
}

ChainProgram::Node ChainProgram::combine(ElementwiseCode code, Node a, Node b)
{
    return append({.code = code}, a, b);
}

ChainProgram::Node ChainProgram::apply(ElementwiseCode code, Node a)
{
    return append({.code = code}, a, a);
}

ChainProgram::Node ChainProgram::activate(ActivationKind kind, Node a, float slope)
{
    return append({.code = ElementwiseCode::Activate, .activation = kind, .parameter = slope}, a, a);
}

Result<ChainProgram::Finished> ChainProgram::finish(std::span<const Node> results) const
{
    std::vector<bool> needed(m_inputs + m_steps.size());
    for (const Node result : results)
        needed[result] = true;
    for (std::size_t k = m_steps.size(); k-- > 0;) {
        const int operands = needed[m_inputs + k] ? operandsOf(m_steps[k].what.code) : 0;
        if (operands > 0)
            needed[m_steps[k].a] = true;
        if (operands > 1)
            needed[m_steps[k].b] = true;
    }
    Finished finished;
    for (std::size_t i = 0; i < m_inputs; ++i)
        if (needed[i])
            finished.inputs.push_back(i);
    if (finished.inputs.empty())
        finished.inputs.push_back(0);
    const auto instructions = static_cast<std::size_t>(std::count(needed.begin() + static_cast<std::ptrdiff_t>(m_inputs), needed.end(), true));
    if (finished.inputs.size() > kMaxChainInputs || results.size() > kMaxChainOutputs || instructions > kMaxChainInstructions)
        return fail(ErrorCode::InvalidGraph, "An elementwise computation takes up to {} inputs, {} results and {} steps, this one needs {}, {} and {}.",
                    kMaxChainInputs, kMaxChainOutputs, kMaxChainInstructions, finished.inputs.size(), results.size(), instructions);

    std::vector<std::uint8_t> registers(m_inputs + m_steps.size());
    std::uint8_t next = 0;
    for (const std::size_t input : finished.inputs)
        registers[input] = next++;
    for (std::size_t k = 0; k < m_steps.size(); ++k) {
        if (!needed[m_inputs + k])
            continue;
        ElementwiseInstruction one = m_steps[k].what;
        const int operands = operandsOf(one.code);
        one.a = operands > 0 ? registers[m_steps[k].a] : std::uint8_t{0};
        one.b = operands > 1 ? registers[m_steps[k].b] : std::uint8_t{0};
        finished.chain.instructions.push_back(one);
        registers[m_inputs + k] = next++;
    }
    for (const Node result : results)
        finished.chain.results.push_back(registers[result]);
    finished.chain.types.assign(results.size(), DType::F32);
    return finished;
}

float valueOf(const ElementwiseInstruction &what, float a, float b)
{
    switch (what.code) {
    case ElementwiseCode::Add: return a + b;
    case ElementwiseCode::Multiply: return a * b;
    case ElementwiseCode::Scale: return a * what.parameter;
    case ElementwiseCode::Subtract: return a - b;
    case ElementwiseCode::Divide: return a / b;
    case ElementwiseCode::Maximum: return a >= b ? a : b;
    case ElementwiseCode::Minimum: return a <= b ? a : b;
    case ElementwiseCode::Power: return std::pow(a, b);
    case ElementwiseCode::PowerConstant: return std::pow(a, what.parameter);
    case ElementwiseCode::AddConstant: return a + what.parameter;
    case ElementwiseCode::Exp: return std::exp(a);
    case ElementwiseCode::Log: return std::log(a);
    case ElementwiseCode::Sqrt: return std::sqrt(a);
    case ElementwiseCode::Abs: return std::abs(a);
    case ElementwiseCode::Sign: return a > 0.0f ? 1.0f : a < 0.0f ? -1.0f : a;
    case ElementwiseCode::Sin: return std::sin(a);
    case ElementwiseCode::Cos: return std::cos(a);
    case ElementwiseCode::GreaterEqual: return a >= b ? 1.0f : 0.0f;
    case ElementwiseCode::Greater: return a > b ? 1.0f : 0.0f;
    case ElementwiseCode::Constant: return what.parameter;
    case ElementwiseCode::Activate:
    case ElementwiseCode::ActivateGrad:
    case ElementwiseCode::Dropout:
    case ElementwiseCode::Noise: break;
    }
    return a;
}

int operandsOf(ElementwiseCode code)
{
    switch (code) {
    case ElementwiseCode::Constant: return 0;
    case ElementwiseCode::Add:
    case ElementwiseCode::Multiply:
    case ElementwiseCode::ActivateGrad:
    case ElementwiseCode::Subtract:
    case ElementwiseCode::Divide:
    case ElementwiseCode::Maximum:
    case ElementwiseCode::Minimum:
    case ElementwiseCode::Power:
    case ElementwiseCode::GreaterEqual:
    case ElementwiseCode::Greater: return 2;
    default: return 1;
    }
}

}  // namespace trainyard
