#include <QtTest>

#include <cmath>
#include <limits>
#include <random>

#include "ui/charts/step_buckets.h"

using namespace trainyard::ui;

namespace {

struct Series {
    std::vector<double> steps, values;
};

// Noise with rare spikes; every 97th value is NaN, every 193rd infinite where asked for.
Series noisySeries(std::size_t count, bool broken)
{
    std::mt19937 random(11);
    std::normal_distribution<double> noise(0.0, 1.0);
    Series series;
    for (std::size_t i = 0; i < count; ++i) {
        series.steps.push_back(static_cast<double>(i * 3 + i % 2));
        double value = noise(random);
        if (i % 1009 == 500)
            value = i % 2 ? 100.0 + static_cast<double>(i) : -100.0 - static_cast<double>(i);
        if (broken && i % 97 == 5)
            value = std::numeric_limits<double>::quiet_NaN();
        if (broken && i % 193 == 7)
            value = std::numeric_limits<double>::infinity();
        series.values.push_back(value);
    }
    return series;
}

std::vector<StepBucket> bucketsOf(const Series &series, double width, bool positiveOnly = false)
{
    std::vector<StepBucket> buckets;
    appendBuckets(buckets, series.steps, series.values, 0, width, positiveOnly);
    return buckets;
}

bool same(const StepBucket &a, const StepBucket &b)
{
    const auto equal = [](StepValue x, StepValue y) { return x.step == y.step && x.value == y.value; };
    return a.index == b.index && a.firstStep == b.firstStep && a.drawable == b.drawable && equal(a.first, b.first) && equal(a.smallest, b.smallest)
           && equal(a.largest, b.largest) && equal(a.last, b.last) && a.notFinite == b.notFinite && a.notPositive == b.notPositive;
}

}  // namespace

class TestStepBuckets : public QObject
{
    Q_OBJECT
private slots:
    void everyExtremeIsInTheLine()
    {
        const Series series = noisySeries(20'000, true);
        for (const double width : {1.0, 64.0, 1024.0, 65536.0}) {
            const auto line = lineThrough(bucketsOf(series, width));
            double low = 0, high = 0, lineLow = 0, lineHigh = 0;
            for (const double value : series.values)
                if (std::isfinite(value)) {
                    low = std::min(low, value);
                    high = std::max(high, value);
                }
            for (const StepValue &point : line)
                if (std::isfinite(point.value)) {
                    lineLow = std::min(lineLow, point.value);
                    lineHigh = std::max(lineHigh, point.value);
                }
            QCOMPARE(lineLow, low);
            QCOMPARE(lineHigh, high);
        }
    }

    void everyBucketHoldsTheExtremesOfItsOwnSteps()
    {
        const Series series = noisySeries(5'000, true);
        const double width = 256;
        const auto buckets = bucketsOf(series, width);
        for (const StepBucket &bucket : buckets) {
            double low = std::numeric_limits<double>::infinity(), high = -low;
            std::int64_t finite = 0, broken = 0;
            for (std::size_t i = 0; i < series.steps.size(); ++i) {
                if (std::floor(series.steps[i] / width) != bucket.index)
                    continue;
                if (!std::isfinite(series.values[i])) {
                    ++broken;
                    continue;
                }
                ++finite;
                low = std::min(low, series.values[i]);
                high = std::max(high, series.values[i]);
            }
            QCOMPARE(bucket.drawable, finite);
            QCOMPARE(bucket.notFinite, broken);
            QCOMPARE(bucket.smallest.value, low);
            QCOMPARE(bucket.largest.value, high);
        }
    }

    void valuesThatAreNotFiniteAreCountedAndNoneIsLost()
    {
        const Series series = noisySeries(20'000, true);
        std::int64_t counted = 0, expected = 0;
        for (const StepBucket &bucket : bucketsOf(series, 4096))
            counted += bucket.notFinite;
        for (const double value : series.values)
            expected += !std::isfinite(value);
        QVERIFY(expected > 200);
        QCOMPARE(counted, expected);
    }

    void aStretchWithoutAnyNumberIsAGap()
    {
        Series series;
        for (int i = 0; i < 30; ++i) {
            series.steps.push_back(i);
            series.values.push_back(i >= 10 && i < 20 ? std::numeric_limits<double>::quiet_NaN() : 1.0);
        }
        const auto line = lineThrough(bucketsOf(series, 2));
        int gaps = 0;
        for (const StepValue &point : line)
            gaps += std::isnan(point.value);
        QCOMPARE(gaps, 5);
    }

    void onALogAxisValuesNotAboveZeroAreKeptOutAndCounted()
    {
        const Series series{{0, 1, 2, 3}, {-5, 0, 2, 8}};
        const auto buckets = bucketsOf(series, 8, true);
        QCOMPARE(buckets.size(), std::size_t{1});
        QCOMPARE(buckets[0].notPositive, std::int64_t{2});
        QCOMPARE(buckets[0].smallest.value, 2.0);
    }

    void theLineGoesForwardInSteps()
    {
        const auto line = lineThrough(bucketsOf(noisySeries(20'000, true), 512));
        for (std::size_t i = 1; i < line.size(); ++i)
            QVERIFY(line[i - 1].step <= line[i].step);
    }

    void aLineHasAtMostFourPointsForEachBucket()
    {
        const auto buckets = bucketsOf(noisySeries(100'000, false), bucketWidth(300'000, 500));
        QVERIFY(buckets.size() <= 501);
        QVERIFY(lineThrough(buckets).size() <= 4 * buckets.size());
    }

    void goingOnWhereALiveCurveEndedIsTheSameAsBeginningAnew()
    {
        const Series series = noisySeries(3'000, true);
        const auto whole = bucketsOf(series, 128);
        std::vector<StepBucket> grown;
        std::size_t taken = 0;
        for (std::size_t count = 1; taken < series.steps.size(); count += 37) {
            const std::size_t upTo = std::min(series.steps.size(), count);
            appendBuckets(grown, std::span(series.steps).first(upTo), std::span(series.values).first(upTo), taken, 128, false);
            taken = upTo;
        }
        QCOMPARE(grown.size(), whole.size());
        for (std::size_t i = 0; i < whole.size(); ++i)
            QVERIFY(same(grown[i], whole[i]));
    }

    void bucketsBeginAtMultiplesOfTheirWidthWhereverTheViewBegins()
    {
        const Series series = noisySeries(4'000, false);
        const auto whole = bucketsOf(series, 64);
        std::vector<StepBucket> part;
        appendBuckets(part, series.steps, series.values, 1234, 64, false);
        // All but the first, which the view cuts.
        const auto found = std::find_if(whole.begin(), whole.end(), [&](const StepBucket &bucket) { return bucket.index == part[1].index; });
        QVERIFY(found != whole.end());
        for (std::size_t i = 1; i < part.size(); ++i)
            QVERIFY(same(part[i], *(found + static_cast<std::ptrdiff_t>(i) - 1)));
    }

    void theWidthIsAPowerOfTwoThatGivesNoMoreThanAsked()
    {
        for (const double range : {1.0, 7.0, 1000.0, 123'456.0}) {
            const double width = bucketWidth(range, 300);
            QCOMPARE(std::exp2(std::round(std::log2(width))), width);
            QVERIFY(range / width <= 300);
            QVERIFY(range / width > 150);
        }
    }
};

QTEST_APPLESS_MAIN(TestStepBuckets)
#include "tst_step_buckets.moc"
