#include <QtTest>

#include <thread>

#include "engine/telemetry/ring.h"

using namespace trainyard;

class TestRing : public QObject {
    Q_OBJECT
private slots:
    void capacityIsRoundedUpToAPowerOfTwo()
    {
        QCOMPARE(SpscRing<int>(0).capacity(), 2u);
        QCOMPARE(SpscRing<int>(2).capacity(), 2u);
        QCOMPARE(SpscRing<int>(5).capacity(), 8u);
    }

    void itemsComeOutInOrderAndAFullRingCountsWhatIsLost()
    {
        SpscRing<int> ring(4);
        for (int i = 0; i < 4; ++i)
            QVERIFY(ring.push(i));
        QVERIFY(!ring.push(4));
        QVERIFY(!ring.push(5));
        QCOMPARE(ring.dropped(), 2u);
        std::vector<int> out{-1};
        QCOMPARE(ring.popAll(out), 4u);
        QCOMPARE(out, (std::vector<int>{-1, 0, 1, 2, 3}));
        QVERIFY(ring.push(6));
        int one[2] = {};
        QCOMPARE(ring.pop(one), 1u);
        QCOMPARE(one[0], 6);
        QCOMPARE(ring.pop(one), 0u);
    }

    void itWrapsAroundManyTimes()
    {
        SpscRing<int> ring(8);
        std::vector<int> out;
        for (int round = 0; round < 1000; ++round) {
            for (int i = 0; i < 5; ++i)
                QVERIFY(ring.push(round * 5 + i));
            QCOMPARE(ring.popAll(out), 5u);
        }
        for (int i = 0; i < 5000; ++i)
            QCOMPARE(out[static_cast<std::size_t>(i)], i);
    }

    void twoThreadsLoseNothingButWhatIsCounted()
    {
        constexpr std::uint64_t kItems = 300'000;
        SpscRing<std::uint64_t> ring(1024);
        std::jthread producer([&] {
            for (std::uint64_t i = 1; i <= kItems; ++i)
                ring.push(i);
            while (!ring.push(kItems + 1))
                std::this_thread::yield();
        });
        std::vector<std::uint64_t> out;
        while (out.empty() || out.back() != kItems + 1)
            if (ring.popAll(out) == 0)
                std::this_thread::yield();
        QVERIFY(std::is_sorted(out.begin(), out.end()));
        QVERIFY(std::adjacent_find(out.begin(), out.end()) == out.end());
        // The last item was tried again until it went in; each refusal is counted too.
        QVERIFY(out.size() + ring.dropped() >= kItems + 1);
        QCOMPARE(out.front(), 1u);
    }
};

QTEST_GUILESS_MAIN(TestRing)
#include "tst_ring.moc"
