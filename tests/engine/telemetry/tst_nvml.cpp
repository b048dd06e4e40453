#include <QtTest>

#include <unistd.h>

#include "engine/telemetry/nvml.h"
#include "engine/telemetry/nvml_gpm.h"
#include "tests/engine/telemetry/fake_nvml/fake_driver.h"

using namespace trainyard;
using Json = FakeDriver::Json;

namespace {

constexpr const char *kFirst = "GPU-11111111-2222-3333-4444-555555555555";
constexpr const char *kSecond = "GPU-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

Json oneGpu()
{
    return FakeDriver::machine(Json::array({FakeDriver::gpu(kFirst)}));
}

NvmlGpu firstGpu()
{
    const auto session = Nvml::open();
    if (!session)
        qFatal("%s", session.error().message.c_str());
    const auto gpus = (*session)->gpus();
    if (gpus.empty())
        qFatal("no GPU");
    return gpus.front();
}

}  // namespace

class TestNvml : public QObject {
    Q_OBJECT
private slots:
    void cleanup() { qunsetenv("TRAINYARD_NVML"); }

    void withoutALibraryThereIsNoDriver()
    {
        qputenv("TRAINYARD_NVML", "libof-no-driver.so.1");
        const auto session = Nvml::open();
        QVERIFY(!session);
        QCOMPARE(session.error().code, ErrorCode::NotFound);
        QVERIFY(session.error().detail.find("libof-no-driver") != std::string::npos);
    }

    void aLibraryThatCannotEvenCountIsTooOld()
    {
        const FakeDriver driver(oneGpu(), "fake_nvml_hollow");
        const auto session = Nvml::open();
        QVERIFY(!session);
        QCOMPARE(session.error().code, ErrorCode::Unsupported);
        QVERIFY(session.error().message.find("too old") != std::string::npos);
    }

    void aDriverThatDoesNotStartSaysWhatToDo_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("part");
        QTest::newRow("not loaded") << nvml::kDriverNotLoaded << "not loaded";
        QTest::newRow("updated while in use") << nvml::kLibraryDriverMismatch << "Restart the machine";
        QTest::newRow("not allowed") << nvml::kNoPermission << "permissions";
        QTest::newRow("anything else") << 999 << "999";
    }

    void aDriverThatDoesNotStartSaysWhatToDo()
    {
        QFETCH(int, status);
        QFETCH(QString, part);
        Json state = oneGpu();
        state["init"] = status;
        const FakeDriver driver(state);
        const auto session = Nvml::open();
        QVERIFY(!session);
        QVERIFY2(QString::fromStdString(session.error().message).contains(part), session.error().message.c_str());
    }

    void theProcessHasOneSession()
    {
        const FakeDriver driver(oneGpu());
        auto first = Nvml::open();
        auto second = Nvml::open();
        QVERIFY(first && second);
        QCOMPARE(first->get(), second->get());
        first->reset();
        QCOMPARE((*second)->gpus().size(), std::size_t{1});  // still open
        const NvmlGpu gpu = (*second)->gpus().front();
        second->reset();
        QVERIFY(!gpu.uuid().empty());  // a GPU keeps it open too
    }

    void theDriverIsDescribed()
    {
        const FakeDriver driver(oneGpu());
        const DriverFacts facts = (*Nvml::open())->driver();
        QCOMPARE(facts.version.value(), "580.65.06");
        QCOMPARE(facts.cudaVersion.value(), 13000);
        QCOMPARE(facts.gpus.value(), 1u);
    }

    void factsOfAGpuAreRead()
    {
        const FakeDriver driver(oneGpu());
        const GpuFacts facts = firstGpu().facts();
        QCOMPARE(facts.uuid, kFirst);
        QCOMPARE(facts.name, "NVIDIA H200");
        QVERIFY((facts.computeCapability == ComputeCapability{9, 0}));
        QCOMPARE(facts.memoryTotal.value(), 150'000'000'000u);
        QCOMPARE(facts.smClockLimit.value(), 1980.0);
        QCOMPARE(facts.memoryClockLimit.value(), 3201.0);
        QCOMPARE(facts.powerLimit.value(), 700.0);
        QCOMPARE(facts.slowdownTemperature.value(), 87.0);
        QCOMPARE(facts.pcieGeneration.value(), 1u);
        QCOMPARE(facts.pcieWidth.value(), 16u);
        QCOMPARE(facts.pcieMaxGeneration.value(), 5u);
        QCOMPARE(facts.mig.value(), false);
    }

    void countersAreReadInTheirUnits()
    {
        Json state = oneGpu();
        state["devices"][0]["processes"] = {{{"pid", ::getpid()}, {"bytes", 700'000'000}}, {{"pid", 1}, {"bytes", 5}}};
        state["devices"][0]["reasons"] = 5;
        state["devices"][0]["power_violation"] = {{"held_ns", 2'500'000'000}, {"at_us", 4'000'000}};
        const FakeDriver driver(state);
        GpuReading reading = firstGpu().read();
        QCOMPARE(reading.utilization.value(), 37.0);
        QCOMPARE(reading.memoryUtilization.value(), 12.0);
        QCOMPARE(reading.memoryUsed.value(), 2'000'000'000u);  // without what the driver keeps for itself
        QCOMPARE(reading.memoryFree.value(), 147'400'000'000u);
        QCOMPARE(reading.processMemory.value(), 700'000'000u);
        QCOMPARE(reading.power.value(), 512.34);
        QCOMPARE(reading.energy.value(), 1000.0);
        QCOMPARE(reading.smClock.value(), 1755.0);
        QCOMPARE(reading.memoryClock.value(), 2619.0);
        QCOMPARE(reading.temperature.value(), 42.0);
        QCOMPARE(reading.performanceState.value(), 0);
        QCOMPARE(reading.clockReasons.value(), 5u);
        QCOMPARE(reading.powerViolation->heldSeconds, 2.5);
        QCOMPARE(reading.powerViolation->atSeconds, 4.0);
        QVERIFY(!reading.pcieSent);  // slow, and so only when asked for
        firstGpu().readPcie(reading);
        QCOMPARE(reading.pcieSent.value(), 250e6);
        QCOMPARE(reading.pcieReceived.value(), 1.5e9);
    }

    void whatTheDriverDoesNotTellIsAbsentAndNotZero()
    {
        Json bare = {{"uuid", kFirst}, {"name", "GeForce"}};
        const FakeDriver driver(FakeDriver::machine(Json::array({bare})));
        const NvmlGpu gpu = firstGpu();
        GpuReading reading = gpu.read();
        gpu.readPcie(reading);
        QVERIFY(!reading.utilization && !reading.memoryUtilization && !reading.memoryUsed && !reading.memoryTotal && !reading.memoryFree);
        QVERIFY(!reading.processMemory && !reading.power && !reading.energy && !reading.smClock && !reading.memoryClock);
        QVERIFY(!reading.temperature && !reading.performanceState && !reading.clockReasons && !reading.powerViolation);
        QVERIFY(!reading.thermalViolation && !reading.pcieSent && !reading.pcieReceived);
        QVERIFY(!gpu.processes());
        const GpuFacts facts = gpu.facts();
        QVERIFY(!facts.computeCapability && !facts.memoryTotal && !facts.smClockLimit && !facts.powerLimit && !facts.mig);
        QVERIFY(!facts.pcieGeneration && !facts.slowdownTemperature);
    }

    void anErrorOfOneCounterLeavesTheOthers()
    {
        Json state = oneGpu();
        state["devices"][0]["errors"] = {{"power", nvml::kGpuIsLost}, {"clocks", nvml::kNoPermission}, {"utilization", 999}};
        const FakeDriver driver(state);
        const GpuReading reading = firstGpu().read();
        QVERIFY(!reading.power && !reading.smClock && !reading.utilization);
        QCOMPARE(reading.temperature.value(), 42.0);
    }

    void anUnknownPerformanceStateIsUnknown()
    {
        Json state = oneGpu();
        state["devices"][0]["performance_state"] = 32;
        const FakeDriver driver(state);
        QVERIFY(!firstGpu().read().performanceState);
    }

    void anOldDriverLacksFunctionsAndTheRestStillWorks()
    {
        Json state = oneGpu();
        state["devices"][0]["reasons"] = 4;
        const FakeDriver driver(state, "fake_nvml_old");
        const auto session = Nvml::open();
        QVERIFY(session);
        QCOMPARE((*session)->driver().version.value(), "580.65.06");
        QVERIFY(!(*session)->driver().cudaVersion);
        const GpuReading reading = firstGpu().read();
        QCOMPARE(reading.memoryUsed.value(), 2'600'000'000u);  // the older call counts the driver's own
        QCOMPARE(reading.temperature.value(), 41.0);
        QCOMPARE(reading.clockReasons.value(), 4u);  // under its older name
        QVERIFY(!reading.energy && !reading.processMemory && !reading.performanceState);
        QVERIFY(!NvmlGpm::open(firstGpu()));
        QVERIFY(!firstGpu().facts().computeCapability);
    }

    void gpusAreFoundByTheirUuidWhateverTheirOrder()
    {
        const FakeDriver driver(FakeDriver::machine(Json::array({FakeDriver::gpu(kFirst, "A"), FakeDriver::gpu(kSecond, "B")})));
        const auto session = *Nvml::open();
        QCOMPARE(session->gpus().size(), std::size_t{2});
        QCOMPARE(session->gpu(kSecond)->facts().name, "B");
        QCOMPARE(session->gpu(kSecond)->index(), 1u);
        QCOMPARE(session->gpu("GPU-AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE")->facts().name, "B");
        QVERIFY(!session->gpu("GPU-00000000-0000-0000-0000-000000000000"));
        QVERIFY(!session->gpu(""));  // unknown is nobody, not the first that comes
    }

    void aGpuThatIsLostDoesNotHideTheOthers()
    {
        Json state = FakeDriver::machine(Json::array({FakeDriver::gpu(kFirst), FakeDriver::gpu(kSecond)}));
        state["devices"][0]["handle_error"] = nvml::kGpuIsLost;
        const FakeDriver driver(state);
        const auto gpus = (*Nvml::open())->gpus();
        QCOMPARE(gpus.size(), std::size_t{1});
        QCOMPARE(gpus.front().index(), 1u);
    }

    void processesAreNamedAndSortedByWhatTheyHold()
    {
        Json state = oneGpu();
        state["devices"][0]["processes"] = {{{"pid", 2'000'000'001}, {"bytes", 10}}, {{"pid", ::getpid()}, {"bytes", 300}}};
        state["devices"][0]["graphics_processes"] = {{{"pid", 2'000'000'001}, {"bytes", 20}}, {{"pid", 2'000'000'002}}};
        const FakeDriver driver(state);
        const auto processes = firstGpu().processes();
        QVERIFY(processes);
        QCOMPARE(processes->size(), std::size_t{3});
        QCOMPARE(processes->at(0).pid, static_cast<std::uint32_t>(::getpid()));
        QCOMPARE(processes->at(0).name, "tst_nvml");
        QCOMPARE(processes->at(1).bytes.value(), 20u);  // in both lists, and one program all the same
        QVERIFY(processes->at(1).name.empty());         // gone, or not ours to read
        QVERIFY(!processes->at(2).bytes);               // the driver does not tell
    }

    void moreProcessesThanThereIsRoomForAreAskedForAgain()
    {
        Json state = oneGpu();
        Json &processes = state["devices"][0]["processes"];
        for (unsigned i = 0; i < 100; ++i)
            processes.push_back({{"pid", 1'000'000'000 + i}, {"bytes", i}});
        const FakeDriver driver(state);
        QCOMPARE(firstGpu().processes()->size(), std::size_t{100});
    }

    void gpmComparesEachReadingWithTheOneBefore()
    {
        Json state = oneGpu();
        state["devices"][0]["gpm"] = {{"2", 100.0}, {"3", 10.0}, {"5", 0.0}, {"10", 50.0}};
        FakeDriver driver(state);
        const auto gpm = NvmlGpm::open(firstGpu());
        QVERIFY(gpm);
        GpuReading first;
        gpm->read(first);
        QVERIFY(!first.smActive && !first.smOccupancy && !first.tensorActive && !first.dramActive);

        state["devices"][0]["gpm"] = {{"2", 160.0}, {"3", 35.0}, {"5", 40.5}, {"10", 140.0}};
        driver.set(state);
        GpuReading second;
        gpm->read(second);
        QCOMPARE(second.smActive.value(), 60.0);
        QCOMPARE(second.smOccupancy.value(), 25.0);
        QCOMPARE(second.tensorActive.value(), 40.5);
        QCOMPARE(second.dramActive.value(), 90.0);

        state["devices"][0]["gpm"] = {{"2", 165.0}, {"3", 36.0}, {"10", 1e18}};
        driver.set(state);
        GpuReading third;
        gpm->read(third);
        QCOMPARE(third.smActive.value(), 5.0);  // against the second, not the first
        QVERIFY(!third.tensorActive);           // this one failed alone
        QVERIFY(!third.dramActive);             // no percentage
    }

    void gpmStartsAnewAfterAReadingThatFailed()
    {
        Json state = oneGpu();
        state["devices"][0]["gpm"] = {{"2", 1.0}};
        FakeDriver driver(state);
        const auto gpm = NvmlGpm::open(firstGpu());
        GpuReading reading;
        gpm->read(reading);
        Json broken = state;
        broken["devices"][0]["errors"] = {{"gpm", nvml::kGpuIsLost}};
        driver.set(broken);
        gpm->read(reading);
        driver.set(state);
        gpm->read(reading);
        QVERIFY(!reading.smActive);  // nothing to compare with
        gpm->read(reading);
        QCOMPARE(reading.smActive.value(), 0.0);
    }

    void gpmIsThereOnlyWhereTheGpuHasItAndIsWhole()
    {
        Json state = oneGpu();
        {
            const FakeDriver driver(state);
            QVERIFY(!NvmlGpm::open(firstGpu()));  // before Hopper
        }
        state["devices"][0]["gpm"] = {{"2", 1.0}};
        state["devices"][0]["mig"] = 1;
        const FakeDriver driver(state);
        QVERIFY(!NvmlGpm::open(firstGpu()));
    }
};

QTEST_GUILESS_MAIN(TestNvml)
#include "tst_nvml.moc"
