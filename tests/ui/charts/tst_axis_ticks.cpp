#include <QtTest>

#include <cmath>
#include <limits>

#include "ui/charts/axis_ticks.h"

using namespace trainyard::ui;

namespace {

QString plain(QString text)
{
    return text.replace(QChar(QChar::Nbsp), QLatin1Char(' '));
}

}  // namespace

class TestAxisTicks : public QObject
{
    Q_OBJECT
private slots:
    void ticksAreOneTwoOrFiveTimesAPowerOfTen()
    {
        for (const double high : {0.0007, 0.3, 1.0, 17.0, 999.0, 123'456.0, 8.1e9}) {
            const double spacing = roundSpacing(0, high, 5);
            const double mantissa = spacing / std::pow(10.0, std::floor(std::log10(spacing) + 1e-9));
            QVERIFY2(std::abs(mantissa - 1) < 1e-6 || std::abs(mantissa - 2) < 1e-6 || std::abs(mantissa - 5) < 1e-6, qPrintable(QString::number(high)));
            const auto ticks = roundTicks(0, high, spacing);
            QVERIFY(ticks.size() >= 3 && ticks.size() <= 9);
        }
    }

    void ticksStayWithinTheRange()
    {
        for (const double tick : roundTicks(-3.3, 7.7, 2)) {
            QVERIFY(tick >= -3.3 && tick <= 7.7);
            QVERIFY(!std::signbit(tick) || tick < 0);
        }
        QCOMPARE(roundTicks(-3.3, 7.7, 2), (std::vector<double>{-2, 0, 2, 4, 6}));
    }

    void aRangeThatIsNoneGivesNoTicks()
    {
        QVERIFY(roundTicks(1, 0, 1).empty());
        QVERIFY(roundTicks(0, std::numeric_limits<double>::infinity(), 1).empty());
        QVERIFY(logTicks(-1, 1, 5).empty());
    }

    void aLogAxisOverManyDecadesHasDecades()
    {
        const auto ticks = logTicks(1e-6, 1e3, 5);
        QVERIFY(ticks.size() >= 3 && ticks.size() <= 6);
        for (const double tick : ticks)
            QVERIFY(std::abs(std::log10(tick) - std::round(std::log10(tick))) < 1e-9);
    }

    void aLogAxisOverTwoDecadesIsFiner()
    {
        const auto ticks = logTicks(0.01, 1, 5);
        QVERIFY(ticks.size() == 7 || ticks.size() == 3);
        QVERIFY(logTicks(0.1, 1, 5).size() >= 4);
    }

    void textsTellTicksApartAndNoMore()
    {
        QCOMPARE(plain(tickText(0.25, 0.05, ValueKind::Plain)), QStringLiteral("0.25"));
        QCOMPARE(plain(tickText(1, 1, ValueKind::Plain)), QStringLiteral("1"));
        QCOMPARE(plain(tickText(0, 0.05, ValueKind::Plain)), QStringLiteral("0"));
        QCOMPARE(plain(tickText(0.00002, 0.00001, ValueKind::Plain)), QStringLiteral("2e-05"));
    }

    void countsHaveThousandsSeparatorsAndMillions()
    {
        QCOMPARE(plain(tickText(41'000, 1000, ValueKind::Count)), QStringLiteral("41,000"));
        QCOMPARE(plain(tickText(2'500'000, 500'000, ValueKind::Count)), QStringLiteral("2.5 M"));
    }

    void bytesHaveSiUnits()
    {
        QCOMPARE(plain(tickText(1.5e9, 0.5e9, ValueKind::Bytes)), QStringLiteral("1.5 GB"));
        QCOMPARE(plain(tickText(2e6, 1e6, ValueKind::Bytes)), QStringLiteral("2 MB"));
        QCOMPARE(plain(tickText(0, 1e6, ValueKind::Bytes)), QStringLiteral("0"));
    }

    void sharesAndPercentagesAreShownInPercent()
    {
        QCOMPARE(plain(tickText(0.985, 0.005, ValueKind::Share)), QStringLiteral("98.5 %"));
        QCOMPARE(plain(tickText(0.8, 0.2, ValueKind::Share)), QStringLiteral("80 %"));
        QCOMPARE(plain(tickText(50, 25, ValueKind::Percent)), QStringLiteral("50 %"));
    }

    void theKindFollowsTheUnitAndAccuraciesTheirTitle()
    {
        QCOMPARE(valueKindOf(QStringLiteral("bytes"), QStringLiteral("Memory")), ValueKind::Bytes);
        QCOMPARE(valueKindOf(QStringLiteral("%"), QStringLiteral("Utilization")), ValueKind::Percent);
        QCOMPARE(valueKindOf(QStringLiteral("samples/s"), QStringLiteral("Speed")), ValueKind::Count);
        QCOMPARE(valueKindOf(QString(), QStringLiteral("Accuracy")), ValueKind::Share);
        QCOMPARE(valueKindOf(QString(), QStringLiteral("Loss")), ValueKind::Plain);
    }

    void valuesHaveThreeDigitsAndUnits()
    {
        QCOMPARE(valueText(0.0833312, ValueKind::Plain), QStringLiteral("0.0833"));
        QCOMPARE(valueText(41'200, ValueKind::Count, QStringLiteral("samples/s")), QStringLiteral("41,200 samples/s"));
        QCOMPARE(valueText(1.95e9, ValueKind::Bytes, QStringLiteral("bytes")), QStringLiteral("1.95 GB"));
        QCOMPARE(valueText(0.984, ValueKind::Share), QStringLiteral("98.4 %"));
        QCOMPARE(valueText(41.25, ValueKind::Percent, QStringLiteral("%")), QStringLiteral("41.2 %"));
        QCOMPARE(valueText(std::numeric_limits<double>::quiet_NaN(), ValueKind::Share), QStringLiteral("not a number"));
        QCOMPARE(valueText(std::numeric_limits<double>::infinity(), ValueKind::Bytes), QStringLiteral("infinite"));
    }
};

QTEST_APPLESS_MAIN(TestAxisTicks)
#include "tst_axis_ticks.moc"
