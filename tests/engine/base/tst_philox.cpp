#include <QtTest>

#include <map>
#include <numeric>

#include "engine/base/philox.h"

using namespace trainyard;

class TestPhilox : public QObject {
    Q_OBJECT

private slots:
    // The known answers that come with Random123 (file kat_vectors, philox4x32 with 10 rounds).
    void theKnownAnswersOfRandom123AreGiven_data()
    {
        QTest::addColumn<quint64>("key");
        QTest::addColumn<QVector<quint32>>("counter");
        QTest::addColumn<QVector<quint32>>("answer");
        QTest::newRow("zeros") << quint64{0} << QVector<quint32>{0, 0, 0, 0}
                               << QVector<quint32>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
        QTest::newRow("ones") << ~quint64{0} << QVector<quint32>{~0u, ~0u, ~0u, ~0u}
                              << QVector<quint32>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
        QTest::newRow("pi") << quint64{0x299f31d0a4093822} << QVector<quint32>{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}
                            << QVector<quint32>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
    }

    void theKnownAnswersOfRandom123AreGiven()
    {
        QFETCH(quint64, key);
        QFETCH(QVector<quint32>, counter);
        QFETCH(QVector<quint32>, answer);
        const Philox4 got = philox(key, {counter[0], counter[1], counter[2], counter[3]});
        for (int i = 0; i < 4; ++i)
            QCOMPARE(got[static_cast<std::size_t>(i)], answer[i]);
    }

    void uniformLiesInItsIntervalAndIsExact()
    {
        QCOMPARE(philoxUniform(0), 0.0f);
        QVERIFY(philoxUniform(~0u) < 1.0f);
        QCOMPARE(philoxUniform(0x80000000u), 0.5f);
        QCOMPARE(philoxUniform(0xFFu), 0.0f);  // the low 8 bits do not count
    }

    void aSequenceTakesItsBlocksInOrder()
    {
        PhiloxSequence sequence(42, RandomStream::Dropout, 7, 3);
        for (std::uint32_t block = 0; block < 3; ++block) {
            const Philox4 expected = philox(42, {block, 3, 7, static_cast<std::uint32_t>(RandomStream::Dropout)});
            for (const std::uint32_t number : expected)
                QCOMPARE(sequence.next(), number);
        }
    }

    void streamsIdsAndStepsShareNoNumbers()
    {
        PhiloxSequence base(1, RandomStream::Shuffle, 0, 0), stream(1, RandomStream::Split, 0, 0), id(1, RandomStream::Shuffle, 1, 0),
            step(1, RandomStream::Shuffle, 0, 1), seed(2, RandomStream::Shuffle, 0, 0);
        const std::uint32_t first = base.next();
        for (PhiloxSequence *other : {&stream, &id, &step, &seed})
            QVERIFY(other->next() != first);
    }

    void belowIsUniformAndInBounds()
    {
        PhiloxSequence sequence(5, RandomStream::Shuffle, 0);
        std::array<int, 7> counts{};
        for (int i = 0; i < 70000; ++i)
            ++counts.at(sequence.below(7));
        double chi = 0;
        for (const int count : counts)
            chi += (count - 10000.0) * (count - 10000.0) / 10000.0;
        QVERIFY(chi < 22.5);  // 6 degrees of freedom: exceeded once in a thousand sequences
        for (int i = 0; i < 100; ++i)
            QCOMPARE(sequence.below(1), 0u);
    }

    void aShuffleIsAPermutationAndTheSameAgain()
    {
        std::vector<int> items(1000), sorted(1000);
        std::iota(items.begin(), items.end(), 0);
        sorted = items;
        auto again = items, other = items;
        for (auto &[list, id] : std::vector<std::pair<std::vector<int> *, std::uint32_t>>{{&items, 4}, {&again, 4}, {&other, 5}}) {
            PhiloxSequence sequence(1, RandomStream::Shuffle, id);
            shuffle(*list, sequence);
        }
        QVERIFY(items == again);
        QVERIFY(items != other);
        QVERIFY(items != sorted);
        std::sort(items.begin(), items.end());
        QVERIFY(items == sorted);
    }

    void everyOrderOfThreeComesEquallyOften()
    {
        std::map<std::array<int, 3>, int> counts;
        for (std::uint32_t i = 0; i < 6000; ++i) {
            std::array<int, 3> items{0, 1, 2};
            PhiloxSequence sequence(3, RandomStream::Shuffle, i);
            shuffle(items, sequence);
            ++counts[items];
        }
        QCOMPARE(counts.size(), std::size_t{6});
        for (const auto &[order, count] : counts)
            QVERIFY(std::abs(count - 1000) < 150);
    }
};

QTEST_GUILESS_MAIN(TestPhilox)
#include "tst_philox.moc"
