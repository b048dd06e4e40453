#include <QtTest>

#include "engine/base/json_text.h"

using namespace trainyard;

class TestJsonText : public QObject {
    Q_OBJECT

    static std::string lists(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

private slots:
    void whatNestsUpToTheBoundIsRead()
    {
        QVERIFY(parseJson(lists(kMostJsonLevels)).is_array());
        QVERIFY(parseJson(lists(kMostJsonLevels + 1)).is_discarded());
        QVERIFY(nestsTooDeep(lists(2'000'000)));
        // One beside the other is not one in the other.
        std::string flat = "[[]";
        for (int i = 0; i < 2000; ++i)
            flat += ",{}";
        QVERIFY(parseJson(flat + "]").is_array());
    }

    void bracketsInTextsDoNotCount()
    {
        const std::string many(2000, '[');
        QCOMPARE(parseJson("{\"a\": \"" + many + "\"}")["a"].get<std::string>(), many);
        QCOMPARE(parseJson("[\"\\\"" + many + "\"]")[0].get<std::string>(), '"' + many);
        QVERIFY(nestsTooDeep("[\"\\\\\"," + lists(kMostJsonLevels) + "]"));
    }

    void whatIsNoJsonIsDiscarded()
    {
        for (const char *text : {"", "{", "[1", "nonsense", "\"open", "\\", "]]]]"})
            QVERIFY2(parseJson(text).is_discarded(), text);
        QVERIFY(parseJson<nlohmann::ordered_json>("{\"b\": 1, \"a\": 2}").begin().key() == "b");
    }
};

QTEST_GUILESS_MAIN(TestJsonText)
#include "tst_json_text.moc"
