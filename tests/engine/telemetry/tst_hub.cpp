#include <QtTest>

#include <cmath>
#include <thread>

#include "engine/telemetry/hub.h"

using namespace trainyard;

class TestHub : public QObject {
    Q_OBJECT

    static Point point(std::uint32_t series, std::int64_t step, double value) { return {series, 0, step, 0, value}; }

private slots:
    void aSeriesKeepsItsNumberAndItsFirstUnit()
    {
        TelemetryHub hub;
        const auto loss = hub.declare({"train/loss", ""});
        const auto rate = hub.declare({"throughput/samples", "samples/s"});
        QVERIFY(loss != rate);
        QCOMPARE(hub.declare({"throughput/samples", "other"}), rate);
        QCOMPARE(hub.series().size(), 2u);
        QCOMPARE(hub.series()[rate].unit, std::string("samples/s"));
    }

    void listenersHearWhatComesAfterTheySubscribe()
    {
        TelemetryHub hub;
        const auto series = hub.declare({"a", ""});
        hub.publish(point(series, 1, 1));
        const auto drawn = hub.subscribe(16), recorded = hub.subscribeLossless();
        hub.publish(point(series, 2, 2));
        hub.publish(RunEvent{EventKind::Message, EventLevel::Info, 2, 0, 0, "two"});
        for (const auto &subscription : {drawn, recorded}) {
            std::vector<Point> points;
            std::vector<RunEvent> events;
            QCOMPARE(subscription->drainPoints(points), 1u);
            QCOMPARE(points[0].step, 2);
            QCOMPARE(subscription->drainEvents(events), 1u);
            QCOMPARE(events[0].text, std::string("two"));
            QCOMPARE(subscription->drainPoints(points), 0u);
        }
    }

    void aSlowListenerLosesPointsAndTheyAreCounted()
    {
        TelemetryHub hub;
        const auto series = hub.declare({"a", ""});
        const auto drawn = hub.subscribe(4), recorded = hub.subscribeLossless();
        for (int i = 0; i < 100; ++i)
            hub.publish(point(series, i, i));
        std::vector<Point> few, all;
        QCOMPARE(drawn->drainPoints(few), 4u);
        QCOMPARE(drawn->dropped(), 96u);
        QCOMPARE(recorded->drainPoints(all), 100u);
        QCOMPARE(recorded->dropped(), 0u);
    }

    void notANumberAndInfinityPassUnchanged()
    {
        TelemetryHub hub;
        const auto series = hub.declare({"a", ""});
        const auto subscription = hub.subscribe(4);
        hub.publish(point(series, 1, std::nan("")));
        hub.publish(point(series, 2, -HUGE_VAL));
        std::vector<Point> points;
        subscription->drainPoints(points);
        QVERIFY(std::isnan(points[0].value));
        QCOMPARE(points[1].value, -HUGE_VAL);
    }

    void aDroppedSubscriptionEndsAndOneCanOutliveTheHub()
    {
        auto hub = std::make_unique<TelemetryHub>();
        const auto series = hub->declare({"a", ""});
        const auto stays = hub->subscribeLossless();
        hub->subscribe(2).reset();
        hub->publish(point(series, 1, 1));
        hub.reset();
        std::vector<Point> points;
        QCOMPARE(stays->drainPoints(points), 1u);
        QCOMPARE(stays->series()[series].name, std::string("a"));
    }

    void manyPublishersAndListenersAtOnce()
    {
        constexpr int kPublishers = 4, kPoints = 5000;
        TelemetryHub hub;
        const auto recorded = hub.subscribeLossless();
        const auto drawn = hub.subscribe(256);
        std::vector<Point> all, some;
        std::atomic<int> running = kPublishers;
        {
            std::vector<std::jthread> threads;
            for (int p = 0; p < kPublishers; ++p)
                threads.emplace_back([&hub, &running, p] {
                    const auto series = hub.declare({"series " + std::to_string(p), ""});
                    for (int i = 0; i < kPoints; ++i) {
                        hub.publish(point(series, i, i));
                        if (i % 1000 == 0)
                            hub.publish(RunEvent{EventKind::Message, EventLevel::Info, i, 0, 0, "x"});
                        if (i % 500 == 0)
                            hub.subscribe(8)->drainPoints(*std::make_unique<std::vector<Point>>());
                    }
                    --running;
                });
            while (running > 0) {
                recorded->drainPoints(all);
                drawn->drainPoints(some);
                hub.series();
            }
        }
        recorded->drainPoints(all);
        drawn->drainPoints(some);
        QCOMPARE(all.size(), static_cast<std::size_t>(kPublishers * kPoints));
        QCOMPARE(some.size() + drawn->dropped(), static_cast<std::size_t>(kPublishers * kPoints));
        std::vector<std::int64_t> next(kPublishers);
        for (const Point &one : all)
            QCOMPARE(one.step, next[one.series]++);  // each publisher's points in its order
        std::vector<RunEvent> events;
        QCOMPARE(recorded->drainEvents(events), static_cast<std::size_t>(kPublishers * 5));
    }

    void eventNamesGoBothWays()
    {
        for (int kind = 0; kind <= static_cast<int>(EventKind::Message); ++kind)
            QCOMPARE(eventKindFromName(eventKindName(static_cast<EventKind>(kind))), static_cast<EventKind>(kind));
        for (const EventLevel level : {EventLevel::Info, EventLevel::Warning, EventLevel::Error})
            QCOMPARE(eventLevelFromName(eventLevelName(level)), level);
        QCOMPARE(eventKindFromName("from a newer version"), EventKind::Message);
        QCOMPARE(eventLevelFromName(""), EventLevel::Info);
    }
};

QTEST_GUILESS_MAIN(TestHub)
#include "tst_hub.moc"
