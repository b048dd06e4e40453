// What every layer's spec must be for palette, inspector and reference; and settings as people type them.
#include <QRegularExpression>
#include <QtTest>

#include <random>
#include <set>

#include "engine/layers/layer_spec.h"

using namespace trainyard;

class TestLayers : public QObject {
    Q_OBJECT

    using List = std::vector<std::int64_t>;

    static ParameterSpec spec(ParameterKind kind, ParameterValue value, double low, double high)
    {
        ParameterSpec made;
        made.key = "thing";
        made.label = "Thing";
        made.kind = kind;
        made.defaultValue = std::move(value);
        made.minimum = low;
        made.maximum = high;
        return made;
    }

    static bool isSentence(const std::string &text)
    {
        return text.size() > 15 && text.back() == '.' && text.find('!') == std::string::npos && text.find("  ") == std::string::npos
               && !std::islower(static_cast<unsigned char>(text.front()));
    }

private slots:
    void everySpecIsComplete()
    {
        std::set<std::string> types, titles;
        const QRegularExpression snake("^[a-z][a-z0-9]*(_[a-z0-9]+)*$");
        for (const LayerSpec &layer : layerCatalog()) {
            const char *type = layer.type.c_str();
            QVERIFY2(snake.match(type).hasMatch(), type);
            QVERIFY2(types.insert(layer.type).second, type);
            QVERIFY2(!layer.title.empty() && titles.insert(layer.title).second, type);
            QVERIFY2(isSentence(layer.summary), type);
            QVERIFY2(layer.help.size() > 60 && layer.help.back() == '.', type);
            QVERIFY2(layer.inferShape && layer.emitOps && layer.label, type);
            QVERIFY2(layer.minInputs >= 0 && layer.maxInputs >= layer.minInputs, type);
            QVERIFY2((layer.category == Category::Input) == (layer.maxInputs == 0), type);
            QVERIFY2((layer.category == Category::Loss) == !layer.hasOutput, type);
            QCOMPARE(findLayer(layer.type), &layer);
            QVERIFY2(layer.label(LayerSettings(layer.parameters, {})).size() < 40, type);
        }
        QVERIFY(!findLayer("nothing"));
        QVERIFY(!findLayer(""));
    }

    void everySettingOfEveryLayerIsComplete()
    {
        const QRegularExpression snake("^[a-z][a-z0-9]*(_[a-z0-9]+)*$");
        for (const LayerSpec &layer : layerCatalog()) {
            std::set<std::string> keys, labels;
            for (const ParameterSpec &parameter : layer.parameters) {
                const std::string where = layer.type + "." + parameter.key;
                QVERIFY2(snake.match(parameter.key.c_str()).hasMatch(), where.c_str());
                QVERIFY2(keys.insert(parameter.key).second, where.c_str());
                QVERIFY2(!parameter.label.empty() && labels.insert(parameter.label).second, where.c_str());
                QVERIFY2(std::isupper(static_cast<unsigned char>(parameter.label[0])), where.c_str());
                QVERIFY2(parameter.help.size() > 15 && parameter.help.back() == '.', where.c_str());
                QVERIFY2(!checkParameter(parameter, parameter.defaultValue), where.c_str());
                const bool isNumber = parameter.kind != ParameterKind::Boolean && parameter.kind != ParameterKind::Choice && parameter.kind != ParameterKind::Text;
                QVERIFY2(!isNumber || (std::isfinite(parameter.minimum) && std::isfinite(parameter.maximum) && parameter.minimum < parameter.maximum), where.c_str());
                QVERIFY2((parameter.kind == ParameterKind::Choice) == (parameter.choices.size() > 1), where.c_str());
                QCOMPARE(std::set<std::string>(parameter.choices.begin(), parameter.choices.end()).size(), parameter.choices.size());
                if (parameter.onlyWhenKey.empty())
                    continue;
                const auto other = std::find_if(layer.parameters.begin(), layer.parameters.end(), [&](const ParameterSpec &one) { return one.key == parameter.onlyWhenKey; });
                QVERIFY2(other != layer.parameters.end() && parseParameter(*other, parameter.onlyWhenValue), where.c_str());
            }
        }
    }

    void everySettingIsReadBackAsItIsPrinted()
    {
        std::mt19937 random(1);
        for (const LayerSpec &layer : layerCatalog())
            for (const ParameterSpec &parameter : layer.parameters) {
                std::vector<ParameterValue> values{parameter.defaultValue};
                const auto whole = [&] { return static_cast<std::int64_t>(parameter.minimum + (random() % 1000) * (parameter.maximum - parameter.minimum) / 1000); };
                for (int i = 0; i < 50; ++i)
                    switch (parameter.kind) {
                    case ParameterKind::Integer: values.emplace_back(whole()); break;
                    case ParameterKind::Real: values.emplace_back(parameter.minimum + random() / 4294967296.0 * (parameter.maximum - parameter.minimum)); break;
                    case ParameterKind::Boolean: values.emplace_back(i % 2 == 0); break;
                    case ParameterKind::Choice: values.emplace_back(parameter.choices[static_cast<std::size_t>(i) % parameter.choices.size()]); break;
                    case ParameterKind::Pair: values.emplace_back(List{whole(), whole()}); break;
                    case ParameterKind::IntegerList: values.emplace_back(List(1 + static_cast<std::size_t>(i % 6), std::max<std::int64_t>(whole(), 1))); break;
                    case ParameterKind::Text: break;
                    }
                for (const ParameterValue &value : values) {
                    const std::string text = parameterText(parameter, value);
                    const auto back = parseParameter(parameter, text);
                    QVERIFY2(back, (layer.type + "." + parameter.key + " " + text).c_str());
                    QVERIFY2(*back == value, text.c_str());
                }
            }
    }

    void everySettingRefusesNonsenseWithItsLabel()
    {
        for (const LayerSpec &layer : layerCatalog())
            for (const ParameterSpec &parameter : layer.parameters)
                for (const char *text : {"", "  ", "nonsense", "1e999", "nan", "inf", "3x", "x3", "-", "--1", "99999999999999999999", "1,2,3,4,5,6,7,8", "\xff\xfe"}) {
                    if (parameter.mostEntries > 6 && QString(text).startsWith(QLatin1String("1,2,")))
                        continue;  // a list that long
                    const auto value = parseParameter(parameter, text);
                    QVERIFY2(!value, (layer.type + "." + parameter.key + " took " + text).c_str());
                    QVERIFY2(value.error().find(parameter.label) != std::string::npos, value.error().c_str());
                    QVERIFY2(value.error().back() == '.', value.error().c_str());
                }
    }

    void numbersAreReadAsPeopleTypeThem()
    {
        const ParameterSpec whole = spec(ParameterKind::Integer, std::int64_t{1}, -5, 100'000);
        QVERIFY(*parseParameter(whole, " 1,024 ") == ParameterValue(std::int64_t{1024}));
        QVERIFY(*parseParameter(whole, "+3") == ParameterValue(std::int64_t{3}));
        QVERIFY(*parseParameter(whole, "-5") == ParameterValue(std::int64_t{-5}));
        for (const char *text : {"1.5", "1,02", "100001", "-6", "1 2", "0,001", "+-3"})
            QVERIFY2(!parseParameter(whole, text), text);
        QCOMPARE(parseParameter(whole, "100001").error(), std::string("Thing takes a whole number from -5 to 100,000, got 100001."));
        const ParameterSpec real = spec(ParameterKind::Real, 0.5, 0, 1);
        QVERIFY(*parseParameter(real, "1e-3") == ParameterValue(0.001));
        QVERIFY(*parseParameter(real, ".5") == ParameterValue(0.5));
        QVERIFY(!parseParameter(real, "1.01"));
        QVERIFY(!parseParameter(real, "0.5 px"));
    }

    void pairsAndShapesAreReadInEveryUsualForm()
    {
        const ParameterSpec pair = spec(ParameterKind::Pair, List{3, 3}, 1, 255);
        for (const char *text : {"5x3", "5 x 3", "5X3", "5,3", "[5, 3]", "5*3", "5×3", "5 3"})
            QVERIFY2(parseParameter(pair, text) && *parseParameter(pair, text) == ParameterValue(List{5, 3}), text);
        QVERIFY(*parseParameter(pair, "4") == ParameterValue(List{4, 4}));
        for (const char *text : {"0x3", "3x256", "1x2x3", "3xx3", "[3", "3x-1"})
            QVERIFY2(!parseParameter(pair, text), text);
        const ParameterSpec shape = spec(ParameterKind::IntegerList, List{8}, 1, 1 << 30);
        QVERIFY(*parseParameter(shape, "8x8x1") == ParameterValue(List{8, 8, 1}));
        QVERIFY(*parseParameter(shape, "1,024") == ParameterValue(List{1024}));
        QVERIFY(!parseParameter(shape, "1x1x1x1x1x1x1"));
        QVERIFY(!parseParameter(shape, "0"));
    }

    void switchesAndChoicesAreReadByTheirWords()
    {
        const ParameterSpec flag = spec(ParameterKind::Boolean, true, 0, 0);
        for (const char *text : {"on", "True", "yes", "1"})
            QVERIFY2(*parseParameter(flag, text) == ParameterValue(true), text);
        for (const char *text : {"off", "FALSE", "no", "0"})
            QVERIFY2(*parseParameter(flag, text) == ParameterValue(false), text);
        ParameterSpec choice = spec(ParameterKind::Choice, std::string("same"), 0, 0);
        choice.choices = {"same", "valid"};
        QVERIFY(*parseParameter(choice, " valid ") == ParameterValue(std::string("valid")));
        QCOMPARE(parseParameter(choice, "other").error(), std::string("Thing takes one of same, valid, got other."));
    }

    void aValueOfAnotherKindIsRefusedAndReadAsTheDefault()
    {
        const ParameterSpec whole = spec(ParameterKind::Integer, std::int64_t{7}, 0, 10);
        QVERIFY(checkParameter(whole, std::string("3")));
        QVERIFY(checkParameter(whole, std::int64_t{11}));
        QVERIFY(!checkParameter(whole, std::int64_t{10}));
        QVERIFY(checkParameter(spec(ParameterKind::Real, 0.5, 0, 1), std::nan("")));
        QVERIFY(checkParameter(spec(ParameterKind::Pair, List{1, 1}, 0, 9), List{1}));
        QVERIFY(checkParameter(spec(ParameterKind::IntegerList, List{1}, 0, 9), List{}));
        const std::vector<ParameterSpec> specs{whole};
        const ParameterMap wrong{{"thing", std::string("3")}}, right{{"thing", std::int64_t{9}}};
        QCOMPARE(LayerSettings(specs, wrong).integer("thing"), std::int64_t{7});
        QCOMPARE(LayerSettings(specs, right).integer("thing"), std::int64_t{9});
    }

    void everyCategoryHasANameATitleAndALayer()
    {
        std::set<std::string> names;
        std::set<Category> used;
        for (const LayerSpec &layer : layerCatalog())
            used.insert(layer.category);
        for (int i = 0; i < kCategoryCount; ++i) {
            const auto category = static_cast<Category>(i);
            QVERIFY(names.insert(categoryName(category)).second);
            QVERIFY(std::string(categoryTitle(category)).size() > 2);
            QVERIFY2(used.contains(category), categoryName(category));
        }
    }
};

QTEST_GUILESS_MAIN(TestLayers)
#include "tst_layers.moc"
