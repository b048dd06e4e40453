#include <QtTest>

#include <cmath>
#include <limits>

#include "ui/charts/smoothing.h"

using namespace trainyard::ui;

namespace {

// By its definition: the mean of all values so far, each weighted by w to the power of its age.
double weightedMean(const std::vector<double> &values, std::size_t upTo, double weight)
{
    double sum = 0, weights = 0;
    for (std::size_t i = 0; i <= upTo; ++i) {
        const double share = std::pow(weight, static_cast<double>(upTo - i));
        sum += share * values[i];
        weights += share;
    }
    return sum / weights;
}

}  // namespace

class TestSmoothing : public QObject
{
    Q_OBJECT
private slots:
    void everyValueIsTheMeanWeightedByAge()
    {
        std::vector<double> values;
        for (int i = 0; i < 200; ++i)
            values.push_back(std::sin(i * 0.7) * 10 + i % 13);
        for (const double weight : {0.1, 0.6, 0.9, 0.99}) {
            const auto smooth = smoothed(values, weight);
            for (std::size_t i = 0; i < values.size(); ++i)
                QVERIFY2(std::abs(smooth[i] - weightedMean(values, i, weight)) < 1e-9, qPrintable(QString::number(i)));
        }
    }

    void theFirstValueIsItself()
    {
        QCOMPARE(smoothed(std::vector<double>{42.0}, 0.99).front(), 42.0);
    }

    void weightZeroChangesNothing()
    {
        const std::vector<double> values{3, -1, 4, 1.5};
        QCOMPARE(smoothed(values, 0), values);
        QCOMPARE(smoothed(values, -1), values);
    }

    void aConstantStaysAsItIs()
    {
        for (const double value : smoothed(std::vector<double>(100, 7.5), 0.95))
            QVERIFY(std::abs(value - 7.5) < 1e-12);
    }

    void oneNaNLeavesNoTraceInWhatFollows()
    {
        const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
        const auto with = smoothed(std::vector<double>{1, 2, nan, infinity, 3}, 0.8), without = smoothed(std::vector<double>{1, 2, 3}, 0.8);
        QVERIFY(std::isnan(with[2]));
        QVERIFY(std::isnan(with[3]));
        QCOMPARE(with[4], without[2]);
    }

    void aWeightOfOneStillFollowsTheValues()
    {
        const auto smooth = smoothed(std::vector<double>{0, 10}, 1.0);
        QVERIFY(smooth[1] > 4.9 && smooth[1] < 5.1);
    }
};

QTEST_APPLESS_MAIN(TestSmoothing)
#include "tst_smoothing.moc"
