#include <QtTest>

#include <limits>

#include "engine/base/format.h"
#include "engine/base/result.h"

using namespace trainyard;

class TestFormat : public QObject {
    Q_OBJECT

    static Result<int> half(int number)
    {
        if (number % 2)
            return fail(ErrorCode::InvalidArgument, "{} is odd.", number);
        return number / 2;
    }
    static Result<int> quarter(int number)
    {
        TRAINYARD_TRY(const int first, half(number));
        TRAINYARD_TRY(const int second, half(first));
        return second;
    }
    static Status checked(int number)
    {
        TRAINYARD_CHECK(half(number));
        return {};
    }

private slots:
    void bytesAreInPowersOfAThousandWithThreeDigits()
    {
        QCOMPARE(formatBytes(0), std::string("0 B"));
        QCOMPARE(formatBytes(999), std::string("999 B"));
        QCOMPARE(formatBytes(1000), std::string("1.00 kB"));
        QCOMPARE(formatBytes(1950000), std::string("1.95 MB"));
        QCOMPARE(formatBytes(9994), std::string("9.99 kB"));
        QCOMPARE(formatBytes(9996), std::string("10.0 kB"));
        QCOMPARE(formatBytes(99960), std::string("100 kB"));
        QCOMPARE(formatBytes(999499), std::string("999 kB"));
        QCOMPARE(formatBytes(999500), std::string("1.00 MB"));
        QCOMPARE(formatBytes(139'000'000'000), std::string("139 GB"));
        QCOMPARE(formatBytes(std::numeric_limits<std::uint64_t>::max()), std::string("18.4 EB"));
    }

    void countsHaveThousandsSeparators()
    {
        QCOMPARE(formatCount(0), std::string("0"));
        QCOMPARE(formatCount(999), std::string("999"));
        QCOMPARE(formatCount(1000), std::string("1,000"));
        QCOMPARE(formatCount(41200), std::string("41,200"));
        QCOMPARE(formatCount(-1234567), std::string("-1,234,567"));
        QCOMPARE(formatCount(-999), std::string("-999"));
        QCOMPARE(formatCount(std::numeric_limits<std::int64_t>::min()), std::string("-9,223,372,036,854,775,808"));
    }

    void numbersHaveThreeSignificantDigits()
    {
        QCOMPARE(formatSignificant(0), std::string("0"));
        QCOMPARE(formatSignificant(0.0833333), std::string("0.0833"));
        QCOMPARE(formatSignificant(12.345), std::string("12.3"));
        QCOMPARE(formatSignificant(-1.5), std::string("-1.50"));
        QCOMPARE(formatSignificant(9.996), std::string("10.0"));
        QCOMPARE(formatSignificant(99.96), std::string("100"));
        QCOMPARE(formatSignificant(0.9996), std::string("1.00"));
        QCOMPARE(formatSignificant(1234.5), std::string("1,235"));
        QCOMPARE(formatSignificant(1.2e-5), std::string("1.20e-05"));
        QCOMPARE(formatSignificant(2.5e9), std::string("2.50e+09"));
        QCOMPARE(formatSignificant(std::numeric_limits<double>::quiet_NaN()), std::string("nan"));
        QCOMPARE(formatSignificant(-std::numeric_limits<double>::infinity()), std::string("-inf"));
    }

    void durationsChooseTheirUnit()
    {
        QCOMPARE(formatDuration(0), std::string("0 us"));
        QCOMPARE(formatDuration(0.0000042), std::string("4 us"));
        QCOMPARE(formatDuration(0.0032), std::string("3.20 ms"));
        QCOMPARE(formatDuration(12.4), std::string("12.4 s"));
        QCOMPARE(formatDuration(72), std::string("1:12"));
        QCOMPARE(formatDuration(59.97), std::string("1:00"));
        QCOMPARE(formatDuration(3599.6), std::string("1:00:00"));
        QCOMPARE(formatDuration(7389), std::string("2:03:09"));
        QCOMPARE(formatDuration(-1), std::string("unknown"));
        QCOMPARE(formatDuration(std::numeric_limits<double>::infinity()), std::string("unknown"));
        QCOMPARE(formatDuration(1e300), std::string("unknown"));
    }

    void sharesAreInPercent()
    {
        QCOMPARE(formatPercent(0.984), std::string("98.4 %"));
        QCOMPARE(formatPercent(1), std::string("100.0 %"));
        QCOMPARE(formatPercent(std::numeric_limits<double>::quiet_NaN()), std::string("unknown"));
    }

    void anErrorGoesUpThroughTryAndCheck()
    {
        QCOMPARE(*quarter(12), 3);
        QCOMPARE(quarter(6).error().message, std::string("3 is odd."));
        QVERIFY(checked(4));
        QCOMPARE(checked(5).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(std::string(errorCodeName(ErrorCode::InvalidArgument)), std::string("invalid_argument"));
    }
};

QTEST_GUILESS_MAIN(TestFormat)
#include "tst_format.moc"
