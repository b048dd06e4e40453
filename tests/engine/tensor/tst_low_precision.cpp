// Conversions to and from 16 bit, over all 65536 patterns and at every border between two of them.
#include <QtTest>

#include <cmath>
#include <limits>

#include "engine/tensor/low_precision.h"

using namespace trainyard;

namespace {

struct Format {
    const char *name;
    DType type;
    int mantissaBits, bias;
    float (*toFloat)(std::uint16_t);
    std::uint16_t (*fromFloat)(float);

    std::uint16_t infinity() const { return static_cast<std::uint16_t>(0x7FFF >> mantissaBits << mantissaBits); }
    bool isNan(std::uint16_t bits) const { return (bits & 0x7FFF) > infinity(); }
    // The number a pattern stands for, from the definition of the format.
    double value(std::uint16_t bits) const
    {
        const int mantissa = bits & ((1 << mantissaBits) - 1), exponent = (bits & 0x7FFF) >> mantissaBits;
        const double magnitude = exponent == 0 ? std::ldexp(mantissa, 1 - bias - mantissaBits)
                                               : std::ldexp(mantissa + (1 << mantissaBits), exponent - bias - mantissaBits);
        return bits & 0x8000 ? -magnitude : magnitude;
    }
};

constexpr Format kFormats[] = {{"bfloat16", DType::BF16, 7, 127, bfloat16ToFloat, floatToBfloat16},
                               {"float16", DType::F16, 10, 15, float16ToFloat, floatToFloat16}};

static_assert(floatToBfloat16(1.0f) == 0x3F80 && bfloat16ToFloat(0xC000) == -2.0f);
static_assert(floatToFloat16(1.0f) == 0x3C00 && float16ToFloat(0xC000) == -2.0f && float16ToFloat(0x0001) == 0x1p-24f);

}  // namespace

class TestLowPrecision : public QObject {
    Q_OBJECT

private slots:
    void everyPatternStandsForItsNumberAndComesBack()
    {
        for (const Format &format : kFormats)
            for (int pattern = 0; pattern <= 0xFFFF; ++pattern) {
                const auto bits = static_cast<std::uint16_t>(pattern);
                const float value = format.toFloat(bits);
                if (format.isNan(bits)) {
                    QVERIFY(std::isnan(value));
                    QCOMPARE(format.fromFloat(value), kNotANumber16);
                    continue;
                }
                const bool infinite = (bits & 0x7FFF) == format.infinity();
                QVERIFY2(infinite ? std::isinf(value) : static_cast<double>(value) == format.value(bits), format.name);
                QCOMPARE(std::signbit(value), pattern >= 0x8000);
                QCOMPARE(format.fromFloat(value), bits);
            }
    }

    void halfWayTheEvenOneIsTakenAndElseTheNearest()
    {
        constexpr float kUp = std::numeric_limits<float>::infinity();
        for (const Format &format : kFormats)
            for (int pattern = 0; pattern < format.infinity(); ++pattern) {
                const auto lower = static_cast<std::uint16_t>(pattern), upper = static_cast<std::uint16_t>(pattern + 1);
                // The pattern after the largest number is infinity; the border before it is where the next number would begin.
                const auto middle = static_cast<float>((format.value(lower) + format.value(upper)) / 2);
                const std::uint16_t even = lower % 2 == 0 ? lower : upper;
                for (const float sign : {1.0f, -1.0f}) {
                    const int signBit = sign < 0 ? 0x8000 : 0;
                    QCOMPARE(format.fromFloat(sign * middle), static_cast<std::uint16_t>(even | signBit));
                    QCOMPARE(format.fromFloat(sign * std::nextafter(middle, kUp)), static_cast<std::uint16_t>(upper | signBit));
                    QCOMPARE(format.fromFloat(sign * std::nextafter(middle, 0.0f)), static_cast<std::uint16_t>(lower | signBit));
                }
            }
    }

    void whatIsTooLargeIsInfinityAndWhatIsTooSmallIsZero()
    {
        QCOMPARE(floatToFloat16(65520.0f), std::uint16_t{0x7C00});
        QCOMPARE(floatToFloat16(65519.9f), std::uint16_t{0x7BFF});
        QCOMPARE(floatToFloat16(-1e30f), std::uint16_t{0xFC00});
        QCOMPARE(floatToFloat16(0x1p-25f), std::uint16_t{0});
        QCOMPARE(floatToFloat16(std::numeric_limits<float>::denorm_min()), std::uint16_t{0});
        QCOMPARE(floatToFloat16(-0.0f), std::uint16_t{0x8000});
        QCOMPARE(floatToBfloat16(std::numeric_limits<float>::max()), std::uint16_t{0x7F80});
        QCOMPARE(floatToBfloat16(std::numeric_limits<float>::infinity()), std::uint16_t{0x7F80});
    }

    void theTypesAreToldApart()
    {
        QVERIFY(isFloat(DType::F32) && isFloat(DType::BF16) && isFloat(DType::F16));
        QVERIFY(!isFloat(DType::I32) && !isFloat(DType::U8) && !isFloat(DType::F64));
        QVERIFY(isLowPrecision(DType::BF16) && isLowPrecision(DType::F16) && !isLowPrecision(DType::F32));
        for (const Format &format : kFormats)
            QCOMPARE(dtypeBytes(format.type), std::size_t{2});
    }
};

QTEST_GUILESS_MAIN(TestLowPrecision)
#include "tst_low_precision.moc"
