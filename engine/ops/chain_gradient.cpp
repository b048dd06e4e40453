#include "engine/ops/chain_gradient.h"

namespace trainyard {

namespace {

using Node = ChainProgram::Node;

class Backwards {
public:
    Backwards(const ElementwiseChainAttributes &chain, std::size_t inputs, std::size_t gradients)
        : m_chain(chain), m_inputs(inputs), m_program(inputs + gradients)
    {
        for (std::size_t i = 0; i < inputs; ++i)
            m_values.push_back(static_cast<Node>(i));
        for (const ElementwiseInstruction &one : chain.instructions)
            m_values.push_back(forward(one));
        m_gradients.resize(m_values.size());
    }

    void give(std::uint8_t reg, Node gradient) { contribute(reg, gradient); }

    Result<ChainGradient> run()
    {
        for (std::size_t k = m_chain.instructions.size(); k-- > 0;)
            if (const auto gradient = m_gradients[m_inputs + k])
                TRAINYARD_CHECK(passOn(m_chain.instructions[k], m_values[m_inputs + k], *gradient));
        m_gradients.resize(m_inputs);
        return ChainGradient{std::move(m_program), std::move(m_gradients)};
    }

private:
    // Through the program's own rules, so that constants in the gradient fold.
    Node forward(const ElementwiseInstruction &one)
    {
        const Node a = m_values[one.a], b = m_values[one.b];
        switch (one.code) {
        case ElementwiseCode::Add: return m_program.add(a, b);
        case ElementwiseCode::Subtract: return m_program.subtract(a, b);
        case ElementwiseCode::Multiply: return m_program.multiply(a, b);
        case ElementwiseCode::Divide: return m_program.divide(a, b);
        default: return m_program.append(one, a, b);
        }
    }

    void contribute(std::uint8_t reg, Node gradient)
    {
        auto &slot = m_gradients[reg];
        slot = slot ? m_program.add(*slot, gradient) : gradient;
    }

    // y: the instruction's value, g: the gradient of it.
    Status passOn(const ElementwiseInstruction &one, Node y, Node g)
    {
        ChainProgram &p = m_program;
        const Node a = m_values[one.a], b = m_values[one.b];
        switch (one.code) {
        case ElementwiseCode::Add:
            contribute(one.a, g);
            contribute(one.b, g);
            break;
        case ElementwiseCode::Subtract:
            contribute(one.a, g);
            contribute(one.b, p.scale(g, -1.0f));
            break;
        case ElementwiseCode::Multiply:
            contribute(one.a, p.multiply(g, b));
            contribute(one.b, p.multiply(g, a));
            break;
        case ElementwiseCode::Divide: {
            const Node share = p.divide(g, b);
            contribute(one.a, share);
            contribute(one.b, p.scale(p.multiply(share, y), -1.0f));
            break;
        }
        case ElementwiseCode::Maximum:
        case ElementwiseCode::Minimum: {
            const bool larger = one.code == ElementwiseCode::Maximum;
            const Node first = p.combine(ElementwiseCode::GreaterEqual, larger ? a : b, larger ? b : a);
            contribute(one.a, p.multiply(g, first));
            contribute(one.b, p.multiply(g, p.subtract(p.constant(1.0f), first)));
            break;
        }
        case ElementwiseCode::Power:
            contribute(one.a, p.multiply(g, p.multiply(b, p.power(a, p.add(b, p.constant(-1.0f))))));
            // The logarithm of the smallest normal number at most: at a = 0 the value is 0 and so is the slope.
            contribute(one.b, p.multiply(g, p.multiply(y, p.apply(ElementwiseCode::Log, p.combine(ElementwiseCode::Maximum, a, p.constant(1.17549435e-38f))))));
            break;
        case ElementwiseCode::PowerConstant:
            contribute(one.a, p.multiply(g, p.scale(p.power(a, p.constant(one.parameter - 1.0f)), one.parameter)));
            break;
        case ElementwiseCode::Scale: contribute(one.a, p.scale(g, one.parameter)); break;
        case ElementwiseCode::AddConstant:
        case ElementwiseCode::Noise: contribute(one.a, g); break;
        case ElementwiseCode::Activate: {
            const Node saved = gradientUsesOutput(one.activation, static_cast<double>(one.parameter)) ? y : a;
            contribute(one.a, p.append({.code = ElementwiseCode::ActivateGrad, .activation = one.activation, .parameter = one.parameter}, saved, g));
            break;
        }
        case ElementwiseCode::Dropout: contribute(one.a, p.append(one, g, g)); break;
        case ElementwiseCode::Exp: contribute(one.a, p.multiply(g, y)); break;
        case ElementwiseCode::Log: contribute(one.a, p.divide(g, a)); break;
        case ElementwiseCode::Sqrt: contribute(one.a, p.divide(p.scale(g, 0.5f), y)); break;
        case ElementwiseCode::Abs: contribute(one.a, p.multiply(g, p.apply(ElementwiseCode::Sign, a))); break;
        case ElementwiseCode::Sin: contribute(one.a, p.multiply(g, p.apply(ElementwiseCode::Cos, a))); break;
        case ElementwiseCode::Cos: contribute(one.a, p.scale(p.multiply(g, p.apply(ElementwiseCode::Sin, a)), -1.0f)); break;
        case ElementwiseCode::Sign:
        case ElementwiseCode::GreaterEqual:
        case ElementwiseCode::Greater:
        case ElementwiseCode::Constant: break;
        case ElementwiseCode::ActivateGrad:
            return fail(ErrorCode::Unsupported, "The gradient of an activation's gradient is not there.");
        }
        return {};
    }

    const ElementwiseChainAttributes &m_chain;
    std::size_t m_inputs;
    ChainProgram m_program;
    std::vector<Node> m_values;                       // by register of the chain
    std::vector<std::optional<Node>> m_gradients;     // by register of the chain
};

}  // namespace

Result<ChainGradient> gradientOf(const ElementwiseChainAttributes &chain, std::size_t inputs, std::span<const bool> given)
{
    std::size_t count = 0;
    for (const bool one : given)
        count += one ? 1 : 0;
    Backwards backwards(chain, inputs, count);
    std::size_t next = inputs;
    for (std::size_t k = 0; k < given.size(); ++k)
        if (given[k])
            backwards.give(chain.results[k], static_cast<Node>(next++));
    return backwards.run();
}

}  // namespace trainyard
