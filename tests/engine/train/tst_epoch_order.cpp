#include <QtTest>

#include <algorithm>
#include <set>

#include "engine/train/epoch_order.h"

using namespace trainyard;

class TestEpochOrder : public QObject {
    Q_OBJECT

    static std::vector<std::int32_t> rows(std::int32_t count)
    {
        std::vector<std::int32_t> all;
        for (std::int32_t i = 0; i < count; ++i)
            all.push_back(3 * i);
        return all;
    }

    static std::vector<std::int32_t> epochOf(EpochOrder &order, std::int64_t epoch)
    {
        order.begin(epoch);
        std::vector<std::int32_t> seen;
        for (std::int64_t step = 0; step < order.stepsPerEpoch(); ++step) {
            const auto batch = order.batch(step);
            seen.insert(seen.end(), batch.begin(), batch.end());
        }
        return seen;
    }

private slots:
    void everyRowIsSeenAndEveryBatchIsWhole()
    {
        for (const std::int32_t count : {1, 7, 8, 9, 100}) {
            const auto all = rows(count);
            EpochOrder order(all, 8 > count ? count : 8, 1);
            const auto seen = epochOf(order, 0);
            QCOMPARE(std::set<std::int32_t>(seen.begin(), seen.end()), std::set<std::int32_t>(all.begin(), all.end()));
            QCOMPARE(seen.size() % static_cast<std::size_t>(std::min(8, count)), 0u);
            auto first = std::vector<std::int32_t>(seen.begin(), seen.begin() + count);
            std::sort(first.begin(), first.end());
            QCOMPARE(first, all);  // each once before any comes again
        }
    }

    void theOrderIsAFunctionOfSeedAndEpochAlone()
    {
        const auto all = rows(50);
        EpochOrder order(all, 8, 1), again(all, 8, 1), other(all, 8, 2);
        const auto third = epochOf(order, 3);
        QCOMPARE(epochOf(again, 3), third);  // without going through the epochs before
        epochOf(order, 7);
        QCOMPARE(epochOf(order, 3), third);
        QVERIFY(epochOf(order, 4) != third);
        QVERIFY(epochOf(other, 3) != third);
    }
};

QTEST_GUILESS_MAIN(TestEpochOrder)
#include "tst_epoch_order.moc"
