#include "engine/layers/formula.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

#include "engine/ops/chain_gradient.h"

namespace trainyard {

namespace {

using Node = ChainProgram::Node;
using Parsed = tl::expected<Node, std::string>;

struct Function {
    const char *name;
    std::size_t fewest, most;  // arguments
    Node (*emit)(ChainProgram &, const std::vector<Node> &);
};

template <ElementwiseCode kCode>
Node unary(ChainProgram &program, const std::vector<Node> &x)
{
    return program.apply(kCode, x[0]);
}

template <ElementwiseCode kCode>
Node folded(ChainProgram &program, const std::vector<Node> &x)
{
    Node result = x[0];
    for (std::size_t i = 1; i < x.size(); ++i)
        result = program.combine(kCode, result, x[i]);
    return result;
}

template <ActivationKind kKind, int kSlopePercent = 0>
Node activation(ChainProgram &program, const std::vector<Node> &x)
{
    return program.activate(kKind, x[0], static_cast<float>(kSlopePercent) / 100.0f);
}

constexpr std::size_t kMany = 8;  // arguments of max and min

constexpr Function kFunctions[] = {
    {"abs", 1, 1, unary<ElementwiseCode::Abs>},
    {"clip", 3, 3,
     [](ChainProgram &p, const std::vector<Node> &x) { return p.combine(ElementwiseCode::Minimum, p.combine(ElementwiseCode::Maximum, x[0], x[1]), x[2]); }},
    {"cos", 1, 1, unary<ElementwiseCode::Cos>},
    {"elu", 1, 1, activation<ActivationKind::Elu, 100>},
    {"exp", 1, 1, unary<ElementwiseCode::Exp>},
    {"gelu", 1, 1, activation<ActivationKind::Gelu>},
    {"gelu_tanh", 1, 1, activation<ActivationKind::GeluTanh>},
    {"hard_sigmoid", 1, 1, activation<ActivationKind::HardSigmoid>},
    {"hard_swish", 1, 1, activation<ActivationKind::HardSwish>},
    {"leaky_relu", 1, 1, activation<ActivationKind::LeakyRelu, 1>},
    {"log", 1, 1, unary<ElementwiseCode::Log>},
    {"max", 2, kMany, folded<ElementwiseCode::Maximum>},
    {"min", 2, kMany, folded<ElementwiseCode::Minimum>},
    {"mish", 1, 1, activation<ActivationKind::Mish>},
    {"pow", 2, 2, [](ChainProgram &p, const std::vector<Node> &x) { return p.power(x[0], x[1]); }},
    {"relu", 1, 1, activation<ActivationKind::Relu>},
    {"selu", 1, 1, activation<ActivationKind::Selu>},
    {"sigmoid", 1, 1, activation<ActivationKind::Sigmoid>},
    {"sign", 1, 1, unary<ElementwiseCode::Sign>},
    {"silu", 1, 1, activation<ActivationKind::Silu>},
    {"sin", 1, 1, unary<ElementwiseCode::Sin>},
    {"softplus", 1, 1, activation<ActivationKind::Softplus>},
    {"sqrt", 1, 1, unary<ElementwiseCode::Sqrt>},
    {"square", 1, 1, [](ChainProgram &p, const std::vector<Node> &x) { return p.multiply(x[0], x[0]); }},
    {"tan", 1, 1,
     [](ChainProgram &p, const std::vector<Node> &x) { return p.divide(p.apply(ElementwiseCode::Sin, x[0]), p.apply(ElementwiseCode::Cos, x[0])); }},
    {"tanh", 1, 1, activation<ActivationKind::Tanh>},
};

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class Parser {
public:
    explicit Parser(std::string_view text) : m_text(text) {}

    Parsed run()
    {
        TRAINYARD_TRY(const Node result, formula());
        if (!atEnd())
            return failure("an operator such as +");
        if (!m_namesInput)
            return tl::unexpected(std::string("it uses none of the inputs a, b, c and d."));
        return result;
    }
    ChainProgram &program() { return m_program; }

private:
    static constexpr int kMostNesting = 64;

    char next()
    {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\t'))
            ++m_at;
        return m_at < m_text.size() ? m_text[m_at] : '\0';
    }
    bool atEnd() { return next() == '\0' && m_at == m_text.size(); }
    bool take(std::string_view word)
    {
        next();
        if (!m_text.substr(m_at).starts_with(word))
            return false;
        m_at += word.size();
        return true;
    }

    // What stands here instead of what was expected.
    tl::unexpected<std::string> failure(std::string_view expected)
    {
        if (atEnd())
            return tl::unexpected(fmt::format("expected {} at the end.", expected));
        std::size_t length = 1;
        if (isLetter(m_text[m_at]) || isDigit(m_text[m_at]))
            while (length < 20 && m_at + length < m_text.size() && (isLetter(m_text[m_at + length]) || isDigit(m_text[m_at + length])))
                ++length;
        const bool printable = m_text[m_at] > ' ' && m_text[m_at] < 127;
        return tl::unexpected(fmt::format("expected {} at character {}, got {}.", expected, m_at + 1,
                                          printable ? m_text.substr(m_at, length) : std::string_view("a character that formulas have not")));
    }
    template <typename... Arguments>
    static tl::unexpected<std::string> failureAt(std::size_t at, fmt::format_string<Arguments...> format, Arguments &&...arguments)
    {
        return tl::unexpected(fmt::format("{} at character {}.", fmt::format(format, std::forward<Arguments>(arguments)...), at + 1));
    }

    Parsed formula()
    {
        if (++m_nesting > kMostNesting)
            return failureAt(m_at, "more than {} parentheses within each other", kMostNesting);
        TRAINYARD_TRY(Node left, sum());
        for (const auto &[word, code, swapped] : {Comparison{"<=", ElementwiseCode::GreaterEqual, true}, Comparison{">=", ElementwiseCode::GreaterEqual, false},
                                                  Comparison{"<", ElementwiseCode::Greater, true}, Comparison{">", ElementwiseCode::Greater, false}}) {
            if (!take(word))
                continue;
            TRAINYARD_TRY(const Node right, sum());
            left = swapped ? m_program.combine(code, right, left) : m_program.combine(code, left, right);
            break;
        }
        --m_nesting;
        return left;
    }
    struct Comparison {
        const char *word;
        ElementwiseCode code;
        bool swapped;
    };

    Parsed sum()
    {
        TRAINYARD_TRY(Node left, term());
        for (;;) {
            const bool plus = take("+");
            if (!plus && !take("-"))
                return left;
            TRAINYARD_TRY(const Node right, term());
            left = plus ? m_program.add(left, right) : m_program.subtract(left, right);
        }
    }

    Parsed term()
    {
        TRAINYARD_TRY(Node left, factor());
        for (;;) {
            const bool times = take("*");
            if (!times && !take("/"))
                return left;
            TRAINYARD_TRY(const Node right, factor());
            left = times ? m_program.multiply(left, right) : m_program.divide(left, right);
        }
    }

    Parsed factor()
    {
        if (!take("-"))
            return power();
        if (++m_nesting > kMostNesting)
            return failureAt(m_at, "more than {} signs in a row", kMostNesting);
        TRAINYARD_TRY(const Node positive, factor());
        --m_nesting;
        return m_program.scale(positive, -1.0f);
    }

    Parsed power()
    {
        TRAINYARD_TRY(const Node base, value());
        if (!take("^") && !take("**"))
            return base;
        if (++m_nesting > kMostNesting)
            return failureAt(m_at, "more than {} powers of powers", kMostNesting);
        TRAINYARD_TRY(const Node exponent, factor());
        --m_nesting;
        return m_program.power(base, exponent);
    }

    Parsed value()
    {
        const char first = next();
        if (isDigit(first) || first == '.')
            return number();
        if (isLetter(first))
            return named();
        if (!take("("))
            return failure("a number, an input, a function or (");
        TRAINYARD_TRY(const Node inside, formula());
        if (!take(")"))
            return failure(")");
        return inside;
    }

    Parsed number()
    {
        double value = 0;
        const char *begin = m_text.data() + m_at, *end = m_text.data() + m_text.size();
        const auto [stop, error] = std::from_chars(begin, end, value);
        if (error == std::errc::invalid_argument)
            return failure("a number");
        const std::size_t at = m_at;
        m_at += static_cast<std::size_t>(stop - begin);
        if (error != std::errc{} || !std::isfinite(static_cast<float>(value)))
            return failureAt(at, "a number that is too large or too small for float32");
        return m_program.constant(static_cast<float>(value));
    }

    Parsed named()
    {
        const std::size_t at = m_at;
        while (m_at < m_text.size() && (isLetter(m_text[m_at]) || isDigit(m_text[m_at])))
            ++m_at;
        const std::string_view name = m_text.substr(at, m_at - at);
        if (name.size() == 1 && name[0] >= 'a' && name[0] < static_cast<char>('a' + kMaxFormulaInputs)) {
            m_namesInput = true;
            return static_cast<Node>(name[0] - 'a');
        }
        if (name == "pi")
            return m_program.constant(std::numbers::pi_v<float>);
        if (name == "e")
            return m_program.constant(std::numbers::e_v<float>);
        const auto *function = std::find_if(std::begin(kFunctions), std::end(kFunctions), [&](const Function &one) { return name == one.name; });
        if (function == std::end(kFunctions))
            return tl::unexpected(fmt::format("{} at character {} is no input (a, b, c, d), no constant (pi, e) and no function ({}).", name.substr(0, 20), at + 1,
                                              formulaFunctions()));
        if (!take("("))
            return failure(fmt::format("( after {}", name));
        std::vector<Node> arguments;
        do {
            TRAINYARD_TRY(const Node argument, formula());
            arguments.push_back(argument);
        } while (take(","));
        if (!take(")"))
            return failure(") or ,");
        if (arguments.size() < function->fewest || arguments.size() > function->most)
            return tl::unexpected(fmt::format("{} at character {} takes {}, got {}.", name, at + 1,
                                              function->fewest != function->most ? fmt::format("{} to {} values", function->fewest, function->most)
                                              : function->most == 1              ? std::string("one value")
                                                                                 : fmt::format("{} values", function->most),
                                              arguments.size()));
        return function->emit(m_program, arguments);
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    int m_nesting = 0;
    bool m_namesInput = false;
    ChainProgram m_program{kMaxFormulaInputs};
};

// Whether the gradient of each input fits into a chain.
bool hasGradient(const Formula &formula)
{
    const bool given[] = {true};
    const auto gradient = gradientOf(formula.chain, formula.inputs.size(), given);
    if (!gradient)
        return false;
    return std::all_of(gradient->inputs.begin(), gradient->inputs.end(), [&](const auto &node) { return !node || gradient->program.finish({&*node, 1}); });
}

}  // namespace

tl::expected<Formula, std::string> parseFormula(std::string_view text)
{
    Parser parser(text);
    TRAINYARD_TRY(const Node result, parser.run());
    auto finished = parser.program().finish({&result, 1});
    Formula formula;
    if (finished)
        formula = {std::move(finished->chain), std::move(finished->inputs)};
    if (!finished || !hasGradient(formula))
        return tl::unexpected(fmt::format("it takes more than the {} steps there may be, those for its gradient included. Share the work between two layers.",
                                          kMaxChainInstructions));
    return formula;
}

std::string formulaFunctions()
{
    std::string names;
    for (const Function &one : kFunctions)
        names += (names.empty() ? "" : ", ") + std::string(one.name);
    return names;
}

}  // namespace trainyard
