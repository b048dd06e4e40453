#include <QtTest>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "engine/telemetry/clock_reasons.h"
#include "engine/telemetry/gpu_counters.h"
#include "engine/telemetry/gpu_sampler.h"
#include "engine/telemetry/host_sampler.h"
#include "engine/telemetry/nvml_types.h"
#include "tests/engine/telemetry/fake_nvml/fake_driver.h"

using namespace trainyard;
using namespace std::chrono_literals;
using Json = FakeDriver::Json;

namespace {

constexpr const char *kUuid = "GPU-11111111-2222-3333-4444-555555555555";

// A hub that is listened to.
struct Listener {
    TelemetryHub hub;
    std::shared_ptr<Subscription> subscription = hub.subscribeLossless();
    std::vector<Point> points;
    std::vector<RunEvent> events;

    void drain()
    {
        subscription->drainPoints(points);
        subscription->drainEvents(events);
    }
    std::vector<Point> of(const std::string &series)
    {
        drain();
        const auto all = hub.series();
        std::vector<Point> found;
        std::copy_if(points.begin(), points.end(), std::back_inserter(found), [&](const Point &point) { return all[point.series].name == series; });
        return found;
    }
    std::optional<double> last(const std::string &series)
    {
        const auto found = of(series);
        return found.empty() ? std::nullopt : std::optional(found.back().value);
    }
};

Json machineOf(Json gpu)
{
    return FakeDriver::machine(Json::array({std::move(gpu)}));
}

}  // namespace

class TestGpuSampler : public QObject {
    Q_OBJECT
private slots:
    void everyCounterIsPublishedWithItsUnitInTheOrderOfTheTable()
    {
        Json gpu = FakeDriver::gpu(kUuid);
        gpu["processes"] = {{{"pid", ::getpid()}, {"bytes", 900}}};
        gpu["gpm"] = {{"2", 0.0}, {"3", 0.0}, {"5", 0.0}, {"10", 0.0}};
        FakeDriver driver(machineOf(gpu));
        Listener listener;
        const GpuSampler sampler(listener.hub, kUuid, {}, 5ms);
        QTRY_VERIFY(listener.last("gpu/sm_active"));
        gpu["power_violation"] = {{"held_ns", 250'000'000}, {"at_us", 2'000'000}};
        gpu["thermal_violation"] = {{"held_ns", 0}, {"at_us", 2'000'000}};
        gpu["energy"] = 1'500'000;
        gpu["utilization"] = {90, 20};
        driver.set(machineOf(gpu));
        QTRY_VERIFY(listener.last("gpu/power_violation"));
        QTRY_COMPARE(listener.last("gpu/utilization"), 90.0);

        const auto series = listener.hub.series();
        std::set<std::string> names;
        for (const GpuCounter &counter : gpuCounters()) {
            QVERIFY2(listener.last(counter.series), counter.series);
            names.insert(counter.series);
            const auto info = std::find_if(series.begin(), series.end(), [&](const SeriesInfo &one) { return one.name == counter.series; });
            QCOMPARE(info->unit, counter.unit);
        }
        QCOMPARE(series.size(), names.size());  // and no other
        QCOMPARE(listener.of("gpu/power_violation").front().value, 25.0);
        QCOMPARE(listener.last("gpu/energy").value(), 500.0);  // since the sampler began
        QCOMPARE(listener.of("gpu/energy").front().value, 0.0);
        QCOMPARE(listener.last("gpu/memory_process").value(), 900.0);
        QCOMPARE(listener.last("gpu/power").value(), 512.34);

        // The points of one tick share its time and stand in the table's order.
        const auto order = [&](const Point &point) {
            const auto counters = gpuCounters();
            return std::find_if(counters.begin(), counters.end(), [&](const GpuCounter &one) { return series[point.series].name == one.series; }) - counters.begin();
        };
        std::size_t ticks = 1;
        for (std::size_t i = 1; i < listener.points.size(); ++i) {
            if (series[listener.points[i].series].name == gpuCounters().front().series) {
                ++ticks;
                continue;
            }
            QVERIFY(order(listener.points[i - 1]) < order(listener.points[i]));
            QCOMPARE(listener.points[i].timeMs, listener.points[i - 1].timeMs);
        }
        QVERIFY(ticks > 2);
    }

    void pointsCarryTheStepTheyWereTakenAt()
    {
        const FakeDriver driver(machineOf(FakeDriver::gpu(kUuid)));
        Listener listener;
        GpuSampler sampler(listener.hub, kUuid, {}, 5ms);
        sampler.setStep(77, 3);
        const auto seen = [&] {
            const auto points = listener.of("gpu/temperature");
            return std::any_of(points.begin(), points.end(), [](const Point &point) { return point.step == 77 && point.segment == 3 && point.timeMs > 0; });
        };
        QTRY_VERIFY(seen());
    }

    void pcieIsReadOnceAndThenNotForSeconds()
    {
        const FakeDriver driver(machineOf(FakeDriver::gpu(kUuid)));
        Listener listener;
        QElapsedTimer timer;
        timer.start();
        const GpuSampler sampler(listener.hub, kUuid, {}, 1ms);
        QTRY_VERIFY(listener.of("gpu/utilization").size() > 20);
        const auto allowed = std::size_t(1 + timer.elapsed() / std::chrono::milliseconds(GpuSampler::kPcieEvery).count());
        QVERIFY(listener.of("gpu/pcie_rx").size() >= 1 && listener.of("gpu/pcie_rx").size() <= allowed);
        QCOMPARE(listener.of("gpu/pcie_rx").front().value, 1.5e9);
        QCOMPARE(listener.of("gpu/pcie_tx").front().value, 250e6);
    }

    void whatIsUnknownHasNoSeries()
    {
        Json gpu = {{"uuid", kUuid}, {"temperature", 50}};
        const FakeDriver driver(machineOf(gpu));
        Listener listener;
        const GpuSampler sampler(listener.hub, kUuid, {}, 2ms);
        QTRY_VERIFY(listener.of("gpu/temperature").size() > 3);
        QCOMPARE(listener.hub.series().size(), std::size_t{1});
    }

    void aCounterThatFailsForAWhileLeavesAGap()
    {
        Json gpu = FakeDriver::gpu(kUuid);
        FakeDriver driver(machineOf(gpu));
        Listener listener;
        const GpuSampler sampler(listener.hub, kUuid, {}, 2ms);
        QTRY_VERIFY(!listener.of("gpu/power").empty());
        gpu["errors"] = {{"power", nvml::kGpuIsLost}};
        gpu["temperature"] = gpu["precise_temperature"] = 60;
        driver.set(machineOf(gpu));
        QTRY_COMPARE(listener.last("gpu/temperature"), 60.0);
        const auto before = listener.of("gpu/power").size();
        const auto ticks = listener.of("gpu/temperature").size();
        QTRY_VERIFY(listener.of("gpu/temperature").size() > ticks + 5);
        QVERIFY(listener.of("gpu/power").size() <= before + 1);  // the tick that was under way
        for (const Point &point : listener.of("gpu/power"))
            QCOMPARE(point.value, 512.34);
    }

    void withoutADriverOrTheGpuNothingIsPublished()
    {
        Listener listener, clock;
        std::atomic<int> readings = 0;
        const auto count = [&readings](const GpuReading &, std::int64_t) { ++readings; };
        // Another sampler of the same rhythm tells that time enough has passed.
        const Sampler host(clock.hub, 1ms);
        const auto ticks = [&clock] { return clock.of("memory/process").size(); };
        {
            const FakeDriver driver(machineOf(FakeDriver::gpu("GPU-of-somebody-else")));
            const GpuSampler other(listener.hub, kUuid, count, 1ms), nobody(listener.hub, "", count, 1ms);
            const auto before = ticks();
            QTRY_VERIFY(ticks() > before + 20);
        }
        qputenv("TRAINYARD_NVML", "libof-no-driver.so.1");
        {
            const GpuSampler none(listener.hub, kUuid, count, 1ms);
            const auto before = ticks();
            QTRY_VERIFY(ticks() > before + 20);
        }
        qunsetenv("TRAINYARD_NVML");
        QCOMPARE(readings.load(), 0);
        QVERIFY(listener.hub.series().empty());
    }

    void whoeverAsksGetsEveryReading()
    {
        Json gpu = FakeDriver::gpu(kUuid);
        const FakeDriver driver(machineOf(gpu));
        Listener listener;
        std::atomic<int> readings = 0;
        std::atomic<double> power = 0;
        const GpuSampler sampler(listener.hub, kUuid, [&](const GpuReading &reading, std::int64_t) { power = reading.power.value_or(-1); ++readings; }, 2ms);
        QTRY_VERIFY(readings > 2);
        QCOMPARE(power.load(), 512.34);
    }

    void clocksHeldBackAreToldInWords()
    {
        Json gpu = FakeDriver::gpu(kUuid);
        gpu["reasons"] = nvml::kReasonGpuIdle;
        FakeDriver driver(machineOf(gpu));
        Listener listener;
        GpuSampler sampler(listener.hub, kUuid, {}, 2ms);
        sampler.setStep(9, 0);
        QTRY_COMPARE(listener.last("gpu/clock_reasons"), 1.0);
        QVERIFY(listener.events.empty());  // being idle is nothing to tell
        gpu["reasons"] = nvml::kReasonPowerCap | nvml::kReasonHardwareThermal;
        driver.set(machineOf(gpu));
        QTRY_COMPARE((listener.drain(), listener.events.size()), std::size_t{2});
        QCOMPARE(listener.events[0].text, "The GPU's clocks are held back by the power limit.");
        QCOMPARE(listener.events[0].level, EventLevel::Info);
        QCOMPARE(listener.events[1].level, EventLevel::Warning);
        QCOMPARE(listener.events[1].step, 9);
        QVERIFY(listener.events[1].timeMs > 0);
    }

    void reasonsAreNamed()
    {
        QCOMPARE(clockReasonsText(0), "none");
        QCOMPARE(clockReasonsText(0x4), "the power limit");
        QCOMPARE(clockReasonsText(0x1 | 0x40), "idle, temperature (hardware)");
        QCOMPARE(clockReasonsText(0x4 | 0x800), "the power limit, reason 0x800");
        std::uint64_t all = 0;
        for (const ClockReason &reason : clockReasons()) {
            QVERIFY((all & reason.bit) == 0);
            all |= reason.bit;
        }
        QCOMPARE(all, 0x1ffu);
    }

    void aReasonThatComesAndGoesIsToldOnce()
    {
        ClockReasonWatch watch;
        const ClockReasonWatch::Clock::time_point start{};
        std::size_t told = 0;
        for (int second = 0; second < 100; ++second)
            told += watch.update(second % 2 ? 0x4 : 0x0, start + std::chrono::seconds(second)).size();
        QCOMPARE(told, std::size_t{1});
        QVERIFY(watch.update(0, start + 110s).empty());
        const auto end = watch.update(0, start + 140s);
        QCOMPARE(end.size(), std::size_t{1});
        QCOMPARE(end.front().text, "The GPU's clocks are no longer held back by the power limit.");
        QVERIFY(watch.update(0, start + 200s).empty());
        QCOMPARE(watch.update(0x4, start + 201s).size(), std::size_t{1});  // and back again
    }

    void sharesOfTimeNeedTimeAndMayNotRunBackwards()
    {
        const auto violation = [](double held0, double at0, double held1, double at1) {
            GpuReading before, now;
            before.powerViolation = GpuViolation{held0, at0};
            now.powerViolation = GpuViolation{held1, at1};
            for (const GpuCounter &counter : gpuCounters())
                if (std::string(counter.series) == "gpu/power_violation")
                    return counter.value({before, before, now});
            return std::optional<double>();
        };
        QCOMPARE(violation(1, 10, 1.5, 12).value(), 25.0);
        QVERIFY(!violation(1, 10, 1.5, 10));
        QVERIFY(!violation(1, 10, 0.5, 12));   // the driver was loaded again
        QCOMPARE(violation(0, 10, 5, 12).value(), 100.0);
    }

    void theSamplerStopsAtOnce()
    {
        const FakeDriver driver(machineOf(FakeDriver::gpu(kUuid)));
        Listener listener;
        QElapsedTimer timer;
        timer.start();
        {
            const GpuSampler sampler(listener.hub, kUuid, {}, std::chrono::hours(1));
        }
        QVERIFY(timer.elapsed() < 60'000);  // and not after an hour
    }
};

QTEST_GUILESS_MAIN(TestGpuSampler)
#include "tst_gpu_sampler.moc"
