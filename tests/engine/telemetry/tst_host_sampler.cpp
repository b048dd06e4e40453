#include <QtTest>

#include <map>

#include "engine/telemetry/host_sampler.h"

using namespace trainyard;

class TestHostSampler : public QObject {
    Q_OBJECT
private slots:
    void procStatIsReadByItsFirstLine()
    {
        const auto ticks = parseCpuTicks("cpu  10 1 5 80 4 0 0 0 7 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
        QVERIFY(ticks);
        QCOMPARE(ticks->total, 100u);  // guest time is part of user time already
        QCOMPARE(ticks->busy, 16u);    // idle and waiting for the disk are not busy
        QCOMPARE(parseCpuTicks("cpu  1 2 3 4\n")->total, 10u);
    }

    void aNameWithSpacesAndBracketsDoesNotShiftTheColumns()
    {
        QCOMPARE(parseProcessTicks("42 (a (b) c) R 1 2 3 4 5 6 7 8 9 10 20 30 0 0").value(), 50u);
    }

    void memoryIsRead()
    {
        QCOMPARE(parseResidentPages("100 25 3 4 5 6 7\n").value(), 25u);
        const auto memory = parseMachineMemory("MemTotal:       2000 kB\nMemFree: 1 kB\nMemAvailable:   500 kB\n");
        QVERIFY(memory);
        QCOMPARE(memory->totalBytes, 2'048'000u);
        QCOMPARE(memory->availableBytes, 512'000u);
    }

    void textsThatAreNotWhatTheyShouldBeAreNoNumbers()
    {
        for (const char *text : {"", "cpu", "cpu ", "cpu  a b c d", "cpu  1 2 3", "intr 5", "cpu0 1 2 3 4", "cpu  1 2 3 -4"})
            QVERIFY2(!parseCpuTicks(text), text);
        for (const char *text : {"", "42", "42 (a", "42 (a) R 1 2 3", "42 (a) R 1 2 3 4 5 6 7 8 9 10 x 30"})
            QVERIFY2(!parseProcessTicks(text), text);
        for (const char *text : {"", "100", "100 x"})
            QVERIFY2(!parseResidentPages(text), text);
        for (const char *text : {"", "MemTotal: 5 kB", "MemAvailable: 5 kB", "MemTotal: x kB\nMemAvailable: 5 kB", "MemTotal:"})
            QVERIFY2(!parseMachineMemory(text), text);
    }

    void percentagesNeedTimeToPass()
    {
        QCOMPARE(cpuPercent({10, 100}, {35, 150}).value(), 50.0);
        QVERIFY(!cpuPercent({10, 100}, {10, 100}));
        QVERIFY(!cpuPercent({10, 100}, {5, 150}));  // a processor went offline
        QVERIFY(!cpuPercent({10, 100}, {12, 90}));
        QCOMPARE(cpuPercent({0, 100}, {80, 150}).value(), 100.0);  // ticks of two files are not read at one moment
    }

    void thisMachineCanBeRead()
    {
        const HostReading reading = readHost();
        QVERIFY(reading.cpu && reading.cpu->total > 0);
        QVERIFY(reading.residentBytes && *reading.residentBytes > 1'000'000);
        QVERIFY(reading.memory && reading.memory->availableBytes <= reading.memory->totalBytes);
    }

    void theSamplerPublishesWithTheStepItWasGiven()
    {
        TelemetryHub hub;
        const auto subscription = hub.subscribeLossless();
        std::vector<Point> points;
        {
            Sampler sampler(hub, std::chrono::milliseconds(5));
            sampler.setStep(77, 3);
            const auto seen = [&](const std::string &name) {
                subscription->drainPoints(points);
                const auto all = subscription->series();
                return std::count_if(points.begin(), points.end(), [&](const Point &point) {
                    return all[point.series].name == name && point.step == 77 && point.segment == 3 && point.timeMs > 0;
                });
            };
            QTRY_VERIFY(seen("memory/process") > 1);
            QTRY_VERIFY(seen("memory/available") > 1);
            QTRY_VERIFY(seen("cpu/utilization") > 0);
            QTRY_VERIFY(seen("cpu/process") > 0);
        }
        subscription->drainPoints(points);
        for (const Point &point : points)
            QVERIFY(point.value >= 0);
    }

    void theSamplerStopsAtOnce()
    {
        TelemetryHub hub;
        QElapsedTimer timer;
        timer.start();
        {
            Sampler sampler(hub, std::chrono::hours(1));
        }
        QVERIFY(timer.elapsed() < 60'000);  // and not after an hour
    }
};

QTEST_GUILESS_MAIN(TestHostSampler)
#include "tst_host_sampler.moc"
