// Formulas as people type them: what they mean, what they are compiled to, and what is said of wrong ones.
#include <QtTest>

#include <numbers>
#include <random>

#include "engine/layers/formula.h"
#include "engine/ops/chain_gradient.h"
#include "tests/engine/backends/reference/elementwise.h"

using namespace trainyard;

namespace {

double valueOf(const Formula &formula, const std::vector<double> &abcd)
{
    std::vector<double> registers;
    for (const std::size_t input : formula.inputs)
        registers.push_back(abcd[input]);
    for (const ElementwiseInstruction &one : formula.chain.instructions)
        registers.push_back(one.code == ElementwiseCode::Activate
                                ? reference::activation({one.activation, one.parameter}, registers[one.a])
                                : static_cast<double>(trainyard::valueOf(one, static_cast<float>(registers[one.a]), static_cast<float>(registers[one.b]))));
    return registers[formula.chain.results[0]];
}

std::size_t steps(const char *text)
{
    return parseFormula(text)->chain.instructions.size();
}

}  // namespace

class TestFormula : public QObject {
    Q_OBJECT

private slots:
    void aFormulaMeansWhatMathematicsMeans_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<double>("expected");
        const double a = 0.7, b = -1.3, c = 2.5, d = 0.2;
        const auto row = [](const char *text, double expected) { QTest::newRow(text) << text << expected; };
        row("a", a);
        row(" ( a ) ", a);
        row("a + b * c", a + b * c);
        row("(a + b) * c", (a + b) * c);
        row("a - b - c", a - b - c);
        row("a / c / d", a / c / d);
        row("-a^2", -a * a);
        row("(-a)^2", a * a);
        row("2^-a", std::pow(2, -a));
        row("2**3 * a", 8 * a);
        row("a^c^d", std::pow(a, std::pow(c, d)));
        row("--a", a);
        row("1 - a", 1 - a);
        row("3 / c", 3 / c);
        row("1e-1 * a + .5", 0.1 * a + 0.5);
        row("exp(a) + log(c) + sqrt(c)", std::exp(a) + std::log(c) + std::sqrt(c));
        row("abs(b) + sign(b)", -b - 1);
        row("sin(a) * cos(b) - tan(c)", std::sin(a) * std::cos(b) - std::tan(c));
        row("max(a, b, c, d)", c);
        row("min(a, b) + min(c, 1)", b + 1);
        row("clip(c, 0, 2) + clip(b, -1, 2)", 1);
        row("pow(c, a)", std::pow(c, a));
        row("square(b)", b * b);
        row("(a > b) + (a < b) + (a >= a) + (c <= d)", 2);
        row("tanh(a) + sigmoid(b)", std::tanh(a) + 1 / (1 + std::exp(-b)));
        row("relu(b) + leaky_relu(b)", 0.01 * b);
        row("elu(b)", std::expm1(b));
        row("gelu(a)", a * 0.5 * std::erfc(-a / std::numbers::sqrt2));
        row("softplus(a) - mish(a) / a", std::log1p(std::exp(a)) - std::tanh(std::log1p(std::exp(a))));
        row("hard_swish(a) - a * hard_sigmoid(a)", 0);
        row("sin(pi * a) + log(e) * b", std::sin(std::numbers::pi * a) + b);
        row("a*b+a*c-d", a * b + a * c - d);
    }

    void aFormulaMeansWhatMathematicsMeans()
    {
        QFETCH(QString, text);
        QFETCH(double, expected);
        const auto formula = parseFormula(text.toStdString());
        QVERIFY2(formula, formula ? "" : formula.error().c_str());
        QVERIFY(std::abs(valueOf(*formula, {0.7, -1.3, 2.5, 0.2}) - expected) < 1e-5 * std::max(1.0, std::abs(expected)));
    }

    void whatIsWrittenTwiceIsComputedOnce()
    {
        QCOMPARE(steps("a"), std::size_t{0});
        QCOMPARE(steps("a + b"), std::size_t{1});
        QCOMPARE(steps("exp(a * b) / (1 + exp(b * a))"), std::size_t{4});
        QCOMPARE(steps("(a + b) * (b + a)"), std::size_t{2});
        QCOMPARE(steps("a * (2 * pi + sqrt(4))"), std::size_t{1});
        QCOMPARE(steps("2 * (3 * a)"), std::size_t{1});
        QCOMPARE(steps("1 * a + 0"), std::size_t{0});
        QCOMPARE(steps("a^3"), std::size_t{2});
        QCOMPARE(parseFormula("c + a")->inputs, (std::vector<std::size_t>{0, 2}));
    }

    void whatIsWrongIsSaidWithItsPlace_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("part");
        const auto row = [](const char *text, const char *part) { QTest::newRow(*text ? text : "nothing") << text << part; };
        row("", "at the end");
        row("a +", "at the end");
        row("a + * b", "character 5, got *");
        row("(a", "expected ) at the end");
        row("a)", "operator such as + at character 2, got )");
        row("a b", "character 3, got b");
        row("2a", "character 2, got a");
        row("foo(a)", "foo at character 1 is no input");
        row("x + 1", "x at character 1 is no input");
        row("exp a", "( after exp at character 5, got a");
        row("exp(a, b)", "exp at character 1 takes one value, got 2");
        row("max(a)", "max at character 1 takes 2 to 8 values, got 1");
        row("clip(a, 1)", "takes 3 values, got 2");
        row("1e999 * a", "too large or too small for float32 at character 1");
        row("a * 1e39", "at character 5");
        row("1 + 2", "none of the inputs");
        row("a $ b", "character 3, got $");
        row("a + \xC3\xA4", "character 5, got a character that formulas have not");
        row("a ^ ^ b", "character 5, got ^");
        row(".", "a number");
    }

    void whatIsWrongIsSaidWithItsPlace()
    {
        QFETCH(QString, text);
        QFETCH(QString, part);
        const auto formula = parseFormula(text.toStdString());
        QVERIFY(!formula);
        QVERIFY2(QString::fromStdString(formula.error()).contains(part), formula.error().c_str());
        QVERIFY(formula.error().back() == '.');
    }

    void aFormulaBeyondAllMeasureIsRefused()
    {
        const std::string deep = std::string(5000, '(') + "a" + std::string(5000, ')');
        QVERIFY(!parseFormula(deep));
        QVERIFY(!parseFormula(std::string(5000, '-') + "a"));
        std::string powers = "a", sums = "a";
        for (int i = 0; i < 2000; ++i)
            powers += "^a";
        QVERIFY(!parseFormula(powers));
        for (int i = 0; i < 60; ++i)
            sums += " * sin(a + " + std::to_string(i) + ")";
        const auto refused = parseFormula(sums);
        QVERIFY(!refused);
        QVERIFY2(refused.error().find("120 steps") != std::string::npos, refused.error().c_str());
    }

    void noTextMakesTheParserFail()
    {
        std::mt19937 random(3);
        const std::string_view alphabet = "abcd+-*/^()<>=,.0123456789 exp log max sin\t\xFF$";
        int good = 0;
        for (int i = 0; i < 20000; ++i) {
            std::string text;
            for (std::size_t k = random() % 24 + 1; k > 0; --k)
                text += alphabet[random() % alphabet.size()];
            good += parseFormula(text) ? 1 : 0;
        }
        QVERIFY(good > 50);
    }

    void everyFunctionThereIsIsDifferentiated()
    {
        const QStringList names = QString::fromStdString(formulaFunctions()).split(", ");
        QVERIFY(names.size() > 20);
        for (const QString &name : names) {
            const auto formula = parseFormula((name == "max" || name == "min" || name == "pow" ? name + "(a, b)" : name == "clip" ? name + "(a, b, c)" : name + "(a)").toStdString());
            QVERIFY2(formula, qPrintable(name));
            const bool given[] = {true};
            const auto gradient = gradientOf(formula->chain, formula->inputs.size(), given);
            QVERIFY(gradient);
            QCOMPARE(gradient->inputs[0].has_value(), name != "sign");
        }
    }
};

QTEST_GUILESS_MAIN(TestFormula)
#include "tst_formula.moc"
