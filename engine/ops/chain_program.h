// An elementwise chain in the making: equal instructions are shared, constants are folded into what uses them, and what no
// result needs is left out in the end. For what makes chains from formulas, and for their gradients.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/ops/op_spec.h"

namespace trainyard {

class ChainProgram {
public:
    // A value of the program. Those of the inputs come first: 0 to inputs - 1.
    using Node = std::uint32_t;

    explicit ChainProgram(std::size_t inputs);

    Node constant(float value);
    Node add(Node a, Node b);
    Node subtract(Node a, Node b);
    Node multiply(Node a, Node b);
    Node divide(Node a, Node b);
    Node power(Node a, Node b);
    Node scale(Node a, float by) { return multiply(a, constant(by)); }
    // Codes of two operands without a rule of their own: Maximum, Minimum, GreaterEqual, Greater.
    Node combine(ElementwiseCode code, Node a, Node b);
    // Codes of one operand: Exp, Log, Sqrt, Abs, Sign, Sin, Cos.
    Node apply(ElementwiseCode code, Node a);
    Node activate(ActivationKind kind, Node a, float slope = 0.0f);
    // Any instruction, whose operands are nodes instead of registers.
    Node append(ElementwiseInstruction what, Node a, Node b);

    bool isInput(Node node) const { return node < m_inputs; }
    bool isConstant(Node node) const { return !isInput(node) && m_steps[node - m_inputs].what.code == ElementwiseCode::Constant; }
    float constantOf(Node node) const { return m_steps[node - m_inputs].what.parameter; }

    struct Finished {
        ElementwiseChainAttributes chain;
        std::vector<std::size_t> inputs;  // those the results need, which are the chain's inputs in this order
    };
    // All results as float32. Errors: InvalidGraph where the results need more than a chain may have. A program whose results
    // need no input reads its first one, for the number of elements.
    Result<Finished> finish(std::span<const Node> results) const;

private:
    struct Step {
        ElementwiseInstruction what;
        Node a = 0, b = 0;
        bool operator==(const Step &) const = default;
    };

    std::size_t m_inputs;
    std::vector<Step> m_steps;
};

// The value of an instruction without random numbers, for constants known beforehand.
float valueOf(const ElementwiseInstruction &what, float a, float b);

// How many operands the code has: 0, 1 or 2.
int operandsOf(ElementwiseCode code);

}  // namespace trainyard
