#include <QtTest>

#include "ui/charts/curve_track.h"

using namespace trainyard::ui;

namespace {

bool equal(const std::vector<StepBucket> &a, const std::vector<StepBucket> &b)
{
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i].index != b[i].index || a[i].drawable != b[i].drawable || a[i].last.step != b[i].last.step
            || a[i].last.value != b[i].last.value || a[i].largest.value != b[i].largest.value)
            return false;
    return true;
}

}  // namespace

class TestCurveTrack : public QObject
{
    Q_OBJECT
private slots:
    void itTakesWhatHasBeenMeasuredSince()
    {
        CurvePoints points;
        CurveTrack track(&points);
        QVERIFY(!track.follow());
        QVERIFY(track.empty());
        points.append(1, 0, 0, 5);
        points.append(2, 0, 0, 6);
        QVERIFY(track.follow());
        QVERIFY(!track.follow());
        QCOMPARE(track.values(), (std::vector<double>{5, 6}));
        QCOMPARE(track.last().value, 6.0);
    }

    void theStepsThatAResumedRunRepeatsReplaceTheEarlierOnes()
    {
        CurvePoints points;
        for (int step = 1; step <= 6; ++step)
            points.append(step, 0, 0, 10 * step);
        points.append(4, 0, 1, 400);
        points.append(5, 0, 1, 500);
        CurveTrack track(&points);
        track.follow();
        QCOMPARE(track.steps(), (std::vector<double>{1, 2, 3, 4, 5}));
        QCOMPARE(track.values(), (std::vector<double>{10, 20, 30, 400, 500}));
    }

    void countersOfAPausedRunKeepEveryValueOfOneStep()
    {
        CurvePoints points;
        for (const double value : {1.0, 2.0, 3.0})
            points.append(7, 0, 0, value);
        CurveTrack track(&points);
        track.follow();
        QCOMPARE(track.values().size(), std::size_t{3});
    }

    void theNearestPointIsFoundWithinTheCurveOnly()
    {
        CurvePoints points;
        for (const double step : {10.0, 20.0, 40.0})
            points.append(step, 0, 0, step * 2);
        CurveTrack track(&points);
        track.follow();
        QVERIFY(!track.nearest(9.9));
        QVERIFY(!track.nearest(40.1));
        QCOMPARE(track.nearest(10)->value, 20.0);
        QCOMPARE(track.nearest(14)->step, 10.0);
        QCOMPARE(track.nearest(16)->step, 20.0);
        QCOMPARE(track.nearest(40)->step, 40.0);
    }

    void theBucketsOfAGrowingCurveAreThoseOfTheWholeOne()
    {
        CurvePoints growing, whole;
        CurveTrack live(&growing);
        for (int i = 0; i < 5000; ++i) {
            const double value = (i * 7919) % 1000;
            growing.append(i, 0, 0, value);
            whole.append(i, 0, 0, value);
            if (i % 111 == 0) {
                live.follow();
                live.rawBuckets({0, std::max(1.0, i * 1.0)}, 300, false);
            }
        }
        live.follow();
        CurveTrack fresh(&whole);
        fresh.follow();
        QVERIFY(equal(live.rawBuckets({0, 4999}, 300, false), fresh.rawBuckets({0, 4999}, 300, false)));
        // And again in a part of it, and back.
        QVERIFY(equal(live.rawBuckets({1000, 1400}, 300, false), fresh.rawBuckets({1000, 1400}, 300, false)));
        QVERIFY(equal(live.rawBuckets({0, 4999}, 300, false), fresh.rawBuckets({0, 4999}, 300, false)));
    }

    void aViewHasOneBucketBeyondEachEdge()
    {
        CurvePoints points;
        for (int i = 0; i < 100; ++i)
            points.append(i, 0, 0, i);
        CurveTrack track(&points);
        track.follow();
        const auto &buckets = track.rawBuckets({40, 60}, 1000, false);
        QVERIFY(buckets.front().last.step < 40);
        QVERIFY(buckets.back().first.step > 60);
        QVERIFY(buckets.size() <= 24);
    }

    void theSmoothedLineFollowsTheWeight()
    {
        CurvePoints points;
        for (int i = 0; i < 50; ++i)
            points.append(i, 0, 0, i % 2 ? 1 : -1);
        CurveTrack track(&points);
        track.setSmoothing(0.9);
        track.follow();
        const auto expected = smoothed(points.value, 0.9);
        QCOMPARE(track.smoothBuckets({0, 49}, 1000, false).back().last.value, expected.back());
        track.setSmoothing(0);
        QCOMPARE(track.smoothBuckets({0, 49}, 1000, false).back().last.value, 1.0);
    }
};

QTEST_APPLESS_MAIN(TestCurveTrack)
#include "tst_curve_track.moc"
