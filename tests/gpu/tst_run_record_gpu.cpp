// A whole run on the GPU with its history: the driver's counters beside the loss, what the run took above its plan, and
// that the next forecast knows it. On the simulated device the driver is a fake one; on a real GPU it is the machine's own.
#include <QtTest>

#include <unistd.h>

#include "engine/api/forecast.h"
#include "engine/telemetry/gpu_counters.h"
#include "engine/telemetry/nvml.h"
#include "tests/engine/api/sample_project.h"
#include "tests/engine/telemetry/fake_nvml/fake_driver.h"
#include "tests/gpu/gpu_device.h"

using namespace trainyard;
using namespace trainyard::test;
using namespace trainyard::tests;
using Json = FakeDriver::Json;

namespace {

constexpr std::uint64_t kHeld = 3'000'000'000;

Json driverOf(const std::string &uuid)
{
    Json gpu = FakeDriver::gpu(uuid, "Simulated GPU");
    gpu["processes"] = Json::array({{{"pid", ::getpid()}, {"bytes", kHeld}}});
    return FakeDriver::machine(Json::array({gpu}));
}

}  // namespace

class TestRunRecordGpu : public QObject {
    Q_OBJECT
private slots:
    void aRunRecordsTheDriversCountersAndTheForecastLearnsItsOverhead()
    {
        TRAINYARD_NEEDS_GPU();
        const DeviceInfo &device = gpuDevice().info;
        QTemporaryDir folder;
        const Setting data("XDG_DATA_HOME", folder.filePath("share").toUtf8());
        std::optional<FakeDriver> driver;
        if (gpuDevice().simulated())
            driver.emplace(driverOf(device.uuid));
        const auto nvml = Nvml::open();
        if (!nvml || !(*nvml)->gpu(device.uuid))
            QSKIP("the driver's library does not show this GPU");

        Project project = copyOfSample("digits-mlp", folder.path().toStdString());
        project.training.device = device.id;
        project.training.epochs = 1'000'000;
        const Dataset dataset = loadDataset(project.data, project.folder).value();
        const auto before = forecast(project.graph, dataTypesOf(dataset), project.training);
        QVERIFY2(before, before ? "" : before.error().message.c_str());
        QVERIFY(!before->overheadBytes);  // never measured in this folder

        const auto hub = std::make_shared<TelemetryHub>();
        const auto subscription = hub->subscribeLossless();
        RunSession session({std::make_shared<const Project>(project), {}, {}, {}}, std::make_shared<StoreThread>(project.database()), hub);
        std::vector<Point> points;
        const auto seconds = [&] {  // with counters, after the first step
            subscription->drainPoints(points);
            const auto series = subscription->series();
            return std::count_if(points.begin(), points.end(), [&series](const Point &point) {
                return series[point.series].name == "gpu/memory_used" && point.step > 0;
            });
        };
        QTRY_VERIFY2_WITH_TIMEOUT(session.finished() || seconds() >= 2, "no counters came", 120'000);
        session.stop();
        session.wait();
        const TrainProgress end = session.progress();
        QVERIFY2(end.state == TrainState::Stopped, end.error ? end.error->message.c_str() : "ended by itself");

        const auto store = historyOf(project);
        std::map<std::string, StoredSeries> stored;
        const auto allSeries = store->series(session.runId()).value();
        for (const StoredSeries &series : allSeries)
            stored[series.name] = series;
        QVERIFY(stored.contains("train/loss"));
        QVERIFY(stored["gpu/memory_used"].count >= 2);
        const Json environment = Json::parse(store->run(session.runId())->environmentJson);
        QCOMPARE(environment["uuid"].get<std::string>(), device.uuid);
        QCOMPARE(environment["arena_bytes"].get<std::uint64_t>(), before->arenaBytes);
        QCOMPARE(environment["device_data_bytes"].get<std::uint64_t>(), before->deviceDataBytes);

        const auto after = forecast(project.graph, dataTypesOf(dataset), project.training).value();
        if (gpuDevice().simulated()) {
            for (const char *name : {"gpu/utilization", "gpu/memory_process", "gpu/power", "gpu/energy", "gpu/pcie_rx"})
                QVERIFY2(stored.contains(name), name);
            QCOMPARE(environment["overhead_bytes"].get<std::uint64_t>(), kHeld - before->arenaBytes - before->deviceDataBytes);
            QCOMPARE(environment["energy_joules"].get<double>(), 0.0);  // the fake counter stands still
            QCOMPARE(before->available.value(), 147'400'000'000u);
            QCOMPARE(after.available.value(), 147'400'000'000u + kHeld);
        }
        if (!environment.contains("overhead_bytes"))
            QSKIP("the driver does not tell what this process holds");
        QCOMPARE(after.overheadBytes.value(), environment["overhead_bytes"].get<std::uint64_t>());
        QCOMPARE(after.deviceBytes(), after.arenaBytes + after.deviceDataBytes + *after.overheadBytes);
    }
};

QTEST_GUILESS_MAIN(TestRunRecordGpu)
#include "tst_run_record_gpu.moc"
