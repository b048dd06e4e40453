#include <QtTest>

#include <QSignalSpy>

#include "tests/engine/telemetry/fake_nvml/fake_driver.h"
#include "tests/ui/panels/device/device_fakes.h"
#include "ui/bridge/device_choice.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

namespace {

constexpr int kLong = 20'000;

}  // namespace

// What the desktop learns of the machine, without the window ever waiting for it.
class TestDeviceMonitor : public QObject
{
    Q_OBJECT
private slots:
    void thisMachineIsLookedAtOffTheWindowsThread()
    {
        DeviceMonitor monitor;
        QVERIFY(!monitor.hasLooked());
        QSignalSpy found(&monitor, &DeviceMonitor::devicesFound);
        QElapsedTimer timer;
        timer.start();
        monitor.look();
        monitor.look();  // one look at a time
        QVERIFY2(timer.elapsed() < 20, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(monitor.isLooking());
        QVERIFY(found.wait(kLong));
        QCOMPARE(found.count(), 1);
        QVERIFY(monitor.hasLooked() && !monitor.isLooking());
        QVERIFY(monitor.machine().devices.size() >= 2);  // the processor, and a GPU or the reason there is none
        QVERIFY(isProcessor(monitor.machine().devices.front()));
        QVERIFY(!monitor.machine().usable().empty());
        QVERIFY(!monitor.machine().devices.back().verdict.empty());
    }

    void theProcessorsCountersComeOnceASecond()
    {
        DeviceMonitor monitor;
        monitor.look();
        const QString cpu = QStringLiteral("cpu"), series = QStringLiteral("cpu/utilization");
        QTRY_VERIFY_WITH_TIMEOUT(monitor.counter(cpu, series), kLong);
        const CounterHistory *history = monitor.counter(cpu, series);
        QCOMPARE(history->unit, QStringLiteral("%"));
        QTRY_VERIFY_WITH_TIMEOUT(history->readings.size() >= 2, kLong);
        QVERIFY(history->readings[1].timeMs - history->readings[0].timeMs >= 900);
        QVERIFY(history->readings[0].value >= 0 && history->readings[0].value <= 100);
        QVERIFY(!monitor.counter(cpu, QStringLiteral("cpu/rainbows")));
    }

    void theCountersOfAGpuComeFromItsDriver()
    {
        const std::string uuid = "GPU-5e1ec7ed-0000-0000-0000-000000000001";
        const FakeDriver driver(FakeDriver::machine(FakeDriver::Json::array({FakeDriver::gpu(uuid)})));
        DeviceMonitor monitor;
        monitor.look();
        const QString key = QString::fromStdString(uuid);
        QTRY_VERIFY_WITH_TIMEOUT(monitor.counter(key, QStringLiteral("gpu/power")), kLong);
        QVERIFY(monitor.machine().noCounters.isEmpty());
        QCOMPARE(counterKey(monitor.machine().devices.back()), key);
        QCOMPARE(monitor.counter(key, QStringLiteral("gpu/power"))->readings.front().value, 512.34);
        QCOMPARE(monitor.counter(key, QStringLiteral("gpu/power"))->unit, QStringLiteral("W"));
        QCOMPARE(monitor.counter(key, QStringLiteral("gpu/utilization"))->readings.front().value, 37.0);
        QVERIFY(!monitor.counter(QStringLiteral("cpu"), QStringLiteral("gpu/power")));
    }

    void theHistoryKeepsMinutesAndForgetsWhatIsOlder()
    {
        CounterHistory history;
        for (qint64 second = 0; second < 1000; ++second)
            history.append(second * 1000, static_cast<double>(second));
        QCOMPARE(history.readings.back().value, 999.0);
        QCOMPARE(history.readings.front().timeMs, qint64{999'000} - CounterHistory::kKeptMs);
        QCOMPARE(history.current(999'500).value(), 999.0);
        QVERIFY(!history.current(999'000 + CounterHistory::kStaleMs + 1));
    }

    void theCountersOfAGpuHaveTheLimitsTheDriverTells()
    {
        const Machine machine = machineWithGpu();
        const auto counters = countersOf(machine.devices.back());
        QVERIFY(counters.size() > 10);
        const auto find = [&](const char *series) {
            return *std::find_if(counters.begin(), counters.end(), [&](const CounterInfo &one) { return one.series == QLatin1String(series); });
        };
        QCOMPARE(find("gpu/power").full.value(), 700.0);
        QCOMPARE(find("gpu/sm_clock").full.value(), 1980.0);
        QCOMPARE(find("gpu/performance_state").text(2), QStringLiteral("P2"));
        QCOMPARE(find("gpu/clock_reasons").text(0), QStringLiteral("none"));
        QCOMPARE(find("gpu/clock_reasons").height(1), 0.0);  // idle is no reason to worry
        QCOMPARE(find("gpu/clock_reasons").height(4), 1.0);
    }

    void theDeviceOfARunIsTheOneItNamesOrTheBest()
    {
        const auto both = machineWithGpu().usable(), one = machineWithoutGpu().usable();
        QCOMPARE(deviceOfRun(both, "auto")->id, std::string("cuda:0"));
        QCOMPARE(deviceOfRun(both, "cpu")->id, std::string("cpu"));
        QCOMPARE(deviceOfRun(one, "auto")->id, std::string("cpu"));
        QVERIFY(!deviceOfRun(one, "cuda:0"));
        QVERIFY(!deviceOfRun(both, "cuda:5"));
        QVERIFY(!deviceOfRun({}, "auto"));
    }
};

QTEST_GUILESS_MAIN(TestDeviceMonitor)
#include "tst_device_monitor.moc"
