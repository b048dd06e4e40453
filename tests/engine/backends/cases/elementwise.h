// Cases of elementwise chains with every code and their gradients, of channelwise dropout and of log-softmax.
#pragma once

#include "engine/ops/chain_program.h"
#include "tests/engine/backends/op_case_table.h"

namespace trainyard::tests {

namespace elementwise_cases {

// A code, and whether its operands have to be above 0.
struct Code {
    const char *name;
    ElementwiseCode code;
    bool positive;
    float parameter = 0;
    bool differentiable = true;
};

inline const std::vector<Code> &codes()
{
    using enum ElementwiseCode;
    static const std::vector<Code> all{{"subtract", Subtract, false},
                                       {"divide", Divide, true},
                                       {"maximum", Maximum, false},
                                       {"minimum", Minimum, false},
                                       {"power", Power, true},
                                       {"power 1.7", PowerConstant, true, 1.7f},
                                       {"power -2", PowerConstant, true, -2},
                                       {"power 4 of any sign", PowerConstant, false, 4},
                                       {"add a constant", AddConstant, false, 0.7f},
                                       {"exp", Exp, false},
                                       {"log", Log, true},
                                       {"sqrt", Sqrt, true},
                                       {"abs", Abs, false},
                                       {"sign", Sign, false, 0, false},
                                       {"sin", Sin, false},
                                       {"cos", Cos, false},
                                       {"greater or equal", GreaterEqual, false, 0, false},
                                       {"greater", Greater, false, 0, false},
                                       {"noise", Noise, false, 0.4f},
                                       {"constant", Constant, false, 2.5f, false},
                                       {"dropout", Dropout, false, 0.3f},
                                       {"scale", Scale, false, -1.5f}};
    return all;
}

inline Tensor64 operand(OpCaseTable &table, const Shape &shape, const Code &one)
{
    return one.positive ? table.random(shape, 0.3, 3) : table.random(shape, -3, 3);
}

inline void addCodes(OpCaseTable &table)
{
    using enum ElementwiseCode;
    for (const Code &one : codes())
        for (const Shape &shape : {Shape{1, 1}, Shape{3, 7}, Shape{2, 5, 7, 3}, Shape{50, 2003}}) {
            // Behind the code a product, so that a gradient is no constant; a quotient times its divisor would be one again.
            const ElementwiseInstruction code{one.code, 0, 1, ActivationKind::Identity, one.parameter, 5};
            const ElementwiseInstruction product{ElementwiseCode::Multiply, 2, static_cast<std::uint8_t>(one.code == Divide ? 0 : 1), ActivationKind::Identity, 0, 0};
            const std::string name = std::string(one.name) + " " + shape.text();
            const bool compared = shape.elements() > 1 && shape.elements() < 1000;
            const std::vector<std::size_t> wanted = !compared ? std::vector<std::size_t>{} : one.differentiable ? std::vector<std::size_t>{0, 1} : std::vector<std::size_t>{1};
            table.add(OpKind::ElementwiseChain, name, ElementwiseChainAttributes{{code, product}, {3}, {DType::F32}},
                      {operand(table, shape, one), operand(table, shape, one)}, wanted);
            if (shape.elements() > 1000)
                continue;
            Tensor64 low = operand(table, shape, one);
            low.type.dtype = DType::BF16;
            for (double &value : low.data)
                value = reference::rounded(DType::BF16, value);
            table.add(OpKind::ElementwiseChain, name + " of 16 bit", ElementwiseChainAttributes{{code, product}, {3, 2}, {DType::F32, DType::F32}},
                      {low, operand(table, shape, one)});
        }
}

inline void addFormulas(OpCaseTable &table)
{
    using enum ElementwiseCode;
    const auto add = [&](const std::string &name, const std::vector<Tensor64> &inputs, auto make) {
        ChainProgram program(inputs.size());
        const std::vector<ChainProgram::Node> results = make(program);
        const auto finished = program.finish(results);
        std::vector<std::size_t> all;
        std::vector<Tensor64> used;
        for (const std::size_t i : finished->inputs) {
            all.push_back(all.size());
            used.push_back(inputs[i]);
        }
        table.add(OpKind::ElementwiseChain, name, finished->chain, used, all);
    };
    for (const ActivationAttributes &a : OpCaseTable::activations()) {
        Tensor64 x = table.random({5, 11}, -2.9, 2.9);
        for (double &value : x.data)
            value = std::abs(value) < 1e-3 ? 0.5 : value;
        add("product with " + OpCaseTable::named(a), {x, table.random({5, 11})}, [&](ChainProgram &p) {
            return std::vector{p.multiply(p.activate(a.kind, 0, a.slope), 1)};
        });
    }
    add("a quotient of sums", {table.random({7, 3}, 0.5, 2), table.random({7, 3}, 0.5, 2)}, [](ChainProgram &p) {
        return std::vector{p.divide(p.subtract(p.multiply(0, 0), 1), p.add(0, p.power(1, p.constant(3))))};
    });
    add("four inputs", {table.random({7, 3}), table.random({7, 3}, 0.5, 2), table.random({7, 3}), table.random({7, 3})}, [](ChainProgram &p) {
        const auto shared = p.apply(Exp, p.multiply(0, 2));
        return std::vector{p.add(p.multiply(shared, p.apply(Log, 1)), p.combine(Maximum, p.apply(Sin, 3), p.multiply(shared, p.scale(2, 0.5f))))};
    });
    add("an input as it is", {table.random({7, 3})}, [](ChainProgram &) { return std::vector<ChainProgram::Node>{0}; });
    // Its gradients are too long for one chain, but not each by itself.
    add("a long one", {table.random({4, 5}, 0.5, 1), table.random({4, 5}, 0.5, 1), table.random({4, 5}, 0.5, 1), table.random({4, 5}, 0.5, 1)}, [](ChainProgram &p) {
        ChainProgram::Node value = 0;
        for (std::size_t k = 0; k < 20; ++k)
            value = p.divide(p.apply(Sin, value), p.add(static_cast<ChainProgram::Node>(k % 4), p.constant(1.5f)));
        return std::vector{value};
    });
    // Of all outputs the first alone has a gradient there: the others are for the forward pass.
    const Shape shape{3, 5};
    table.add(OpKind::ElementwiseChain, "two outputs",
              ElementwiseChainAttributes{{{Multiply, 0, 1, {}, 0, 0}, {Exp, 2, 0, {}, 0, 0}, {Noise, 3, 0, {}, 0.5f, 7}}, {4, 2}, {DType::F32, DType::F32}},
              {table.random(shape), table.random(shape)}, {0, 1});
    table.add(OpKind::ElementwiseChain, "far out",
              ElementwiseChainAttributes{{{Exp, 0, 0, {}, 0, 0}, {Activate, 0, 0, ActivationKind::Tanh, 0, 0}, {Activate, 0, 0, ActivationKind::Sigmoid, 0, 0}},
                                         {1, 2, 3}, {DType::F32, DType::F32, DType::F32}},
              {table.random({4, 37}, -85, 20)});
}

}  // namespace elementwise_cases

inline void addElementwiseCases(OpCaseTable &table)
{
    elementwise_cases::addCodes(table);
    elementwise_cases::addFormulas(table);
    for (const Shape &shape : {Shape{1, 1}, Shape{3, 5, 7, 2}, Shape{4, 9, 6}, Shape{2, 3, 70}, Shape{40, 1000}, Shape{9, 33, 17, 20}, Shape{2, 3, 2, 300}})
        for (const float rate : {0.0f, 0.3f, 0.95f})
            table.add(OpKind::Dropout, fmt::format("channels {} rate {}", shape.text(), rate), DropoutAttributes{rate, 9, true}, {table.random(shape)},
                      shape.elements() > 1 && shape.elements() < 1000 && rate < 0.9f ? std::vector<std::size_t>{0} : std::vector<std::size_t>{});
    for (const Shape &shape : {Shape{1, 1}, Shape{5, 3}, Shape{2, 3, 4, 10}, Shape{3, 1000}, Shape{40, 33}}) {
        table.add(OpKind::LogSoftmax, shape.text(), NoAttributes{}, {table.random(shape, -4, 4)},
                  shape.back() > 1 ? std::vector<std::size_t>{0} : std::vector<std::size_t>{});
        table.add(OpKind::LogSoftmaxGrad, shape.text(), NoAttributes{}, {table.random(shape, -5, 0), table.random(shape)});
    }
    table.add(OpKind::LogSoftmax, "far out", NoAttributes{}, {table.random({3, 6}, -900, 900)});
}

}  // namespace trainyard::tests
