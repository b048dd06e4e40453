#include <QtTest>

#include <unistd.h>

#include "engine/api/device_memory.h"
#include "engine/api/energy_meter.h"
#include "engine/api/gpu_run_meter.h"
#include "engine/api/recorder.h"
#include "engine/storage/run_store.h"
#include "tests/engine/telemetry/fake_nvml/fake_driver.h"

using namespace trainyard;
using Json = FakeDriver::Json;

namespace {

constexpr const char *kUuid = "GPU-11111111-2222-3333-4444-555555555555";
const DeviceIdentity kDevice{kUuid, "580.65.06", "CUDA 13.0, cuDNN 9.19.0"};

Json machineWith(std::uint64_t ownBytes, std::uint64_t millijoules = 1'000'000)
{
    Json gpu = FakeDriver::gpu(kUuid);
    gpu["processes"] = Json::array({{{"pid", ::getpid()}, {"bytes", ownBytes}}, {{"pid", 2'000'000'001}, {"bytes", 9}}});
    gpu["energy"] = millijoules;
    return FakeDriver::machine(Json::array({gpu}));
}

}  // namespace

class TestDeviceMemory : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path file(const char *name) const { return m_folder.filePath(name).toStdString(); }

    // A run that ends with these measurements, and its environment as the history has it.
    nlohmann::json recorded(RunStore &store, const RunMeasurements &measured, std::int64_t resume, std::int64_t *id)
    {
        const auto hub = std::make_shared<TelemetryHub>();
        NewRun row;
        row.name = "run";
        row.projectName = "project";
        row.device = "cuda:0";
        row.precision = "float32";
        row.graphJson = row.configJson = row.environmentJson = "{}";
        Recorder recorder(row, resume, m_folder.path().toStdString(), hub);
        RunFacts facts;
        facts.arenaBytes = 1000;
        facts.deviceDataBytes = 200;
        facts.deviceId = "cuda:0";
        facts.deviceUuid = kDevice.uuid;
        facts.driver = kDevice.driver;
        facts.library = kDevice.library;
        recorder.prepared(facts);
        recorder.flush(store);
        recorder.measured(measured);
        TrainProgress progress;
        progress.state = TrainState::Finished;
        recorder.setProgress(progress);
        recorder.flush(store);
        *id = recorder.runId();
        return nlohmann::json::parse(store.run(*id)->environmentJson);
    }

private slots:
    void initTestCase() { qputenv("XDG_DATA_HOME", m_folder.filePath("share").toUtf8()); }

    void theFileLiesInTheUsersData()
    {
        QCOMPARE(learnedMemoryFile(), file("share") / "trainyard/device-memory.json");
        qputenv("XDG_DATA_HOME", "relative");
        QCOMPARE(learnedMemoryFile(), std::filesystem::path(qEnvironmentVariable("HOME").toStdString()) / ".local/share/trainyard/device-memory.json");
        initTestCase();
    }

    void theOverheadIsTheMedianOfTheLastMeasurements()
    {
        const auto path = file("median.json");
        QVERIFY(!learnedOverhead(kDevice, path));
        for (const std::uint64_t bytes : {9000u, 500u, 510u, 505u, 508u, 502u, 900u, 506u}) {
            const auto learned = learnOverhead(kDevice, bytes, path);
            QVERIFY2(learned, learned ? "" : learned.error().message.c_str());
        }
        QCOMPARE(learnedOverhead(kDevice, path).value(), 506u);  // 9000 is forgotten, 900 does not count for much
    }

    void oneMeasurementIsKnown()
    {
        const auto path = file("one.json");
        QVERIFY(learnOverhead(kDevice, 420, path));
        QCOMPARE(learnedOverhead(kDevice, path).value(), 420u);
        QVERIFY(learnOverhead(kDevice, 430, path));
        QCOMPARE(learnedOverhead(kDevice, path).value(), 430u);  // of two, the larger
    }

    void anotherGpuDriverOrLibraryIsAnotherDevice()
    {
        const auto path = file("others.json");
        QVERIFY(learnOverhead(kDevice, 500, path));
        DeviceIdentity other = kDevice;
        other.driver = "590.10";
        QVERIFY(!learnedOverhead(other, path));
        QVERIFY(learnOverhead(other, 700, path));
        other = kDevice;
        other.library = "CUDA 12.8, cuDNN 9.1.0";
        QVERIFY(!learnedOverhead(other, path));
        other = kDevice;
        other.uuid = "GPU-2";
        QVERIFY(!learnedOverhead(other, path));
        QCOMPARE(learnedOverhead(kDevice, path).value(), 500u);
        QVERIFY(!learnOverhead({}, 1, path));
        QVERIFY(!learnedOverhead({}, path));
    }

    void aDamagedFileIsUnknownAndBegunAnew()
    {
        const auto path = file("damaged.json");
        for (const char *text : {"", "{", "[]", "{\"format\": 99, \"devices\": []}", "{\"format\": 1}", "{\"format\": 1, \"devices\": [7, {}]}",
                                 "{\"format\": 1, \"devices\": {}}", "{\"format\": \"x\", \"devices\": []}"}) {
            QVERIFY(writeFileAtomically(path, std::string_view(text)));
            QVERIFY2(!learnedOverhead(kDevice, path), text);
            QVERIFY2(learnOverhead(kDevice, 5, path), text);
            QCOMPARE(learnedOverhead(kDevice, path).value(), 5u);
        }
        QVERIFY(writeFileAtomically(path, R"({"format": 1, "devices": [{"uuid": ")" + std::string(kUuid)
                                              + R"(", "driver": "580.65.06", "library": "CUDA 13.0, cuDNN 9.19.0", "overhead_bytes": ["x", -4, 12, null]}]})"));
        QCOMPARE(learnedOverhead(kDevice, path).value(), 12u);
    }

    void holdersAreNamedWithWhatTheyHold()
    {
        const std::uint32_t own = 7;
        const auto text = [own](std::vector<GpuProcess> processes, std::optional<std::uint64_t> used = {}) { return memoryHoldersText(processes, own, used); };
        QCOMPARE(text({{812, 61'200'000'000, "python"}}), "python (pid 812) holds 61.2 GB.");
        QCOMPARE(text({{812, 61'200'000'000, "python"}, {own, 5, "trainyard"}, {90, 310'000'000, ""}}), "python (pid 812) holds 61.2 GB and process 90 310 MB.");
        QCOMPARE(text({{1, 5'000'000, "a"}, {2, 4'000'000, "b"}, {3, std::nullopt, "c"}, {4, 2'000'000, "d"}, {5, 1'000'000, "e"}}),
                 "a (pid 1) holds 5.00 MB, b (pid 2) 4.00 MB, c (pid 3) an unknown amount and 2 more 3.00 MB.");
        QCOMPARE(text({{own, 5, "trainyard"}}), "No other program holds memory of this GPU.");
        QCOMPARE(text({}), "");
        QCOMPARE(text({{own, 1'000'000'000, "trainyard"}}, 31'000'000'000), "30.0 GB are held by programs the driver does not name.");
        QCOMPARE(text({{812, 1'000'000'000, "python"}}, 3'000'000'000),
                 "python (pid 812) holds 1.00 GB. 2.00 GB more are held by programs the driver does not name.");
    }

    void theDriverIsAskedWhoHoldsTheRest()
    {
        const FakeDriver driver(machineWith(700));
        QVERIFY(memoryHoldersText(kUuid).starts_with("process 2000000001 holds 9 B."));
        QCOMPARE(memoryHoldersText("GPU-unknown"), "");
        QCOMPARE(deviceMemoryNow(kUuid).own.value(), 700u);
        QCOMPARE(deviceMemoryNow(kUuid).free.value(), 147'400'000'000u);
        QVERIFY(!deviceMemoryNow("GPU-unknown").free && !deviceMemoryNow("").own);
    }

    void aRunMeasuresWhatItTakesAboveItsPlan()
    {
        FakeDriver driver(machineWith(5000));
        TelemetryHub hub;
        const auto subscription = hub.subscribeLossless();
        GpuRunMeter meter(hub, kUuid, 1200);
        std::vector<Point> points;
        const auto seen = [&](double bytes, std::int64_t step) {
            subscription->drainPoints(points);
            const auto all = hub.series();
            return std::any_of(points.begin(), points.end(), [&](const Point &point) {
                return all[point.series].name == "gpu/memory_process" && point.value == bytes && point.step == step;
            });
        };
        meter.setStep(0, 0);
        QTRY_VERIFY(seen(5000, 0));  // before the first step: does not count
        driver.set(machineWith(1900, 1'250'000));
        meter.setStep(40, 0);
        QTRY_VERIFY(seen(1900, 40));
        const RunMeasurements measured = meter.finish();
        QCOMPARE(measured.overheadBytes.value(), 700u);
        QCOMPARE(measured.joules.value(), 250.0);
    }

    void whatCannotBeMeasuredIsUnknown()
    {
        TelemetryHub hub;
        {
            const FakeDriver driver(machineWith(100));
            GpuRunMeter meter(hub, kUuid, 1200);
            const RunMeasurements measured = meter.finish();  // no step was made
            QVERIFY(!measured.overheadBytes);
            QCOMPARE(measured.joules.value(), 0.0);
            GpuRunMeter elsewhere(hub, "GPU-unknown", 1200);
            elsewhere.setStep(1, 0);
            QVERIFY(!elsewhere.finish().joules);
        }
        Json state = machineWith(100);
        state["devices"][0].erase("energy");
        const FakeDriver driver(state);
        GpuRunMeter meter(hub, kUuid, 1200);
        meter.setStep(0, 0);
        meter.setStep(1, 0);
        const auto subscription = hub.subscribeLossless();
        std::vector<Point> points;
        QTRY_VERIFY((subscription->drainPoints(points), std::any_of(points.begin(), points.end(), [](const Point &point) { return point.step == 1; })));
        const RunMeasurements measured = meter.finish();
        QVERIFY(!measured.overheadBytes);  // 100 bytes are less than the plan: not this run's
        QVERIFY(!measured.joules);
    }

    void theHistoryKeepsWhatWasMeasuredAndTheForecastLearnsIt()
    {
        const auto store = RunStore::open(file("runs.sqlite")).value();
        std::int64_t id = 0;
        const auto first = recorded(*store, {700u, 250.0}, 0, &id);
        QCOMPARE(first["arena_bytes"], 1000);
        QCOMPARE(first["device_data_bytes"], 200);
        QCOMPARE(first["overhead_bytes"], 700);
        QCOMPARE(first["energy_joules"], 250.0);
        QCOMPARE(first["uuid"], kUuid);
        QCOMPARE(learnedOverhead(kDevice).value(), 700u);

        std::int64_t resumed = 0;
        const auto second = recorded(*store, {720u, 50.0}, id, &resumed);
        QCOMPARE(resumed, id);
        QCOMPARE(second["overhead_bytes"], 720);
        QCOMPARE(second["energy_joules"], 300.0);  // of both parts
        const auto third = recorded(*store, {std::nullopt, std::nullopt}, id, &resumed);
        QVERIFY(!third.contains("energy_joules"));  // a sum without one part would be wrong
        QCOMPARE(third["overhead_bytes"], 720);
        const auto fourth = recorded(*store, {std::nullopt, 5.0}, id, &resumed);
        QVERIFY(!fourth.contains("energy_joules"));
    }

    void aRunThatMeasuredNothingSaysNothing()
    {
        const auto store = RunStore::open(file("other.sqlite")).value();
        std::int64_t id = 0;
        const auto environment = recorded(*store, {}, 0, &id);
        QVERIFY(!environment.contains("overhead_bytes") && !environment.contains("energy_joules"));
    }

    void theEnergyOfAGpuIsItsCounter()
    {
        FakeDriver driver(machineWith(1, 2'000'000));
        EnergyMeter meter;
        DeviceInfo device;
        device.id = "cuda:0";
        device.uuid = kUuid;
        QCOMPARE(meter.joules(device).value(), 2000.0);
        driver.set(machineWith(1, 2'500'000));
        QCOMPARE(meter.joules(device).value(), 2500.0);
        device.uuid.clear();
        QVERIFY(!meter.joules(device));
        device.uuid = "GPU-unknown";
        QVERIFY(!meter.joules(device));
    }
};

QTEST_GUILESS_MAIN(TestDeviceMemory)
#include "tst_device_memory.moc"
