#include <QtTest>

#include "engine/api/doctor.h"
#include "tests/engine/telemetry/fake_nvml/fake_driver.h"

using namespace trainyard;
using Json = FakeDriver::Json;

namespace {

constexpr const char *kUuid = "GPU-11111111-2222-3333-4444-555555555555";

BackendReport cpu()
{
    DeviceInfo info;
    info.id = "cpu";
    info.name = "A processor";
    info.library = "oneDNN 2.6.3";
    info.threads = 8;
    return {"cpu", true, {}, {}, info};
}

BackendReport cudaDevice(const std::string &uuid, const std::string &id = "cuda:0")
{
    DeviceInfo info;
    info.id = id;
    info.name = "NVIDIA H200";
    info.uuid = uuid;
    info.library = "CUDA 13.0, cuDNN 9.19.0";
    info.driver = "580.65.06";
    info.memoryTotal = 150'000'000'000;
    info.memoryFree = 147'000'000'000;
    info.lowPrecision = true;
    return {id, true, {}, {}, info};
}

GpuFacts gpu(const std::string &uuid, unsigned index = 0, ComputeCapability capability = {9, 0})
{
    GpuFacts facts;
    facts.index = index;
    facts.uuid = uuid;
    facts.name = "NVIDIA H200";
    facts.computeCapability = capability;
    facts.memoryTotal = 150'000'000'000;
    facts.smClockLimit = 1980;
    facts.powerLimit = 700;
    facts.pcieMaxGeneration = 5;
    facts.pcieMaxWidth = 16;
    return facts;
}

// A machine on which everything is well; each test takes something away.
MachineEvidence goodMachine()
{
    MachineEvidence machine;
    machine.backends = {cpu(), cudaDevice(kUuid)};
    machine.cudaModule = true;
    machine.driver = {"580.65.06", 13000, 1u};
    machine.gpus = {gpu(kUuid)};
    machine.cudaRuntime = {true, 13, "13.0", {}};
    machine.cudnn = {true, 9, "9.19.0", {}};
    machine.nvidiaCards = 1;
    return machine;
}

Error missingDriver()
{
    return {ErrorCode::NotFound, "There is no NVIDIA driver on this machine.", {}, "libnvidia-ml.so.1: cannot open shared object file"};
}

MachineEvidence withoutModule(const std::string &reason, const std::string &advice)
{
    MachineEvidence machine = goodMachine();
    machine.cudaModule = false;
    machine.backends = {cpu(), {"cuda", false, reason, advice, std::nullopt}};
    return machine;
}

std::string factOf(const DeviceReport &report, const std::string &label)
{
    for (const DeviceFact &fact : report.facts)
        if (fact.label == label)
            return fact.value;
    return {};
}

}  // namespace

class TestDeviceReport : public QObject {
    Q_OBJECT
private slots:
    void theProcessorSaysWhatSixteenBitsBring()
    {
        MachineEvidence machine = goodMachine();
        DeviceInfo &processor = *machine.backends[0].device;
        processor.lowPrecision = true;
        QCOMPARE(factOf(deviceReports(machine)[0], "16-bit precision"), "computes in float32: saves memory, not time");
        processor.bfloat16Products = true;
        QCOMPARE(factOf(deviceReports(machine)[0], "16-bit precision"), "bfloat16 in hardware; float16 computes in float32");
    }

    void aGoodMachineIsReadyAndDescribed()
    {
        const auto reports = deviceReports(goodMachine());
        QCOMPARE(reports.size(), std::size_t{2});
        QCOMPARE(reports[0].id, "cpu");
        QVERIFY(reports[0].usable);
        QCOMPARE(factOf(reports[0], "Library"), "oneDNN 2.6.3");
        const DeviceReport &report = reports[1];
        QCOMPARE(report.id, "cuda:0");
        QCOMPARE(report.name, "NVIDIA H200");
        QVERIFY(report.usable && report.advice.empty() && report.device && report.gpu);
        QCOMPARE(report.verdict, "Ready to train.");
        QCOMPARE(factOf(report, "Memory"), "150 GB, 147 GB free");
        QCOMPARE(factOf(report, "Driver"), "580.65.06");
        QCOMPARE(factOf(report, "CUDA of the driver"), "up to 13.0");
        QCOMPARE(factOf(report, "cuDNN"), "9.19.0");
        QCOMPARE(factOf(report, "Compute capability"), "9.0");
        QCOMPARE(factOf(report, "Power"), "up to 700 W");
        QCOMPARE(factOf(report, "PCIe"), "generation 5, 16 lanes");
        QCOMPARE(factOf(report, "MIG"), "");  // unknown, and so not there
    }

    void whatIsWrongIsSaidInWords_data()
    {
        QTest::addColumn<int>("machine");
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("verdict");
        QTest::addColumn<QString>("advice");
        QTest::newRow("no driver, no card") << 0 << "cuda" << "no NVIDIA driver and no NVIDIA GPU" << "580 or newer";
        QTest::newRow("no driver, a card") << 1 << "cuda" << "An NVIDIA GPU is in this machine, but no driver for it." << "Install NVIDIA's driver, 580";
        QTest::newRow("driver not loaded") << 2 << "cuda" << "not loaded" << "";
        QTest::newRow("driver too old") << 3 << "gpu:0" << "535.104.05 is too old: it knows CUDA 12.2 at most, and CUDA 13 is needed." << "Install driver 580 or newer.";
        QTest::newRow("no device") << 4 << "cuda" << "The driver sees no GPU." << "virtual machine";
        QTest::newRow("old GPU") << 5 << "gpu:0" << "Its compute capability is 6.1, and 7.5 is the least" << "Turing";
        QTest::newRow("no cuDNN") << 6 << "gpu:0" << "cuDNN 9 is missing." << "Install cuDNN 9";
        QTest::newRow("another cuDNN") << 7 << "gpu:0" << "cuDNN 8 is installed, but 9 is needed." << "Install cuDNN 9";
        QTest::newRow("no module") << 8 << "gpu:0" << "This build has no CUDA module." << "Build Trainyard";
        QTest::newRow("hidden") << 9 << "gpu:0" << "CUDA_VISIBLE_DEVICES is 3" << "without that variable";
        QTest::newRow("CUDA says no") << 10 << "gpu:0" << "CUDA cannot start: out of memory." << "Close programs";
        QTest::newRow("CUDA says nothing") << 11 << "gpu:0" << "CUDA does not offer it." << "nvidia-smi";
    }

    void whatIsWrongIsSaidInWords()
    {
        QFETCH(int, machine);
        MachineEvidence evidence = goodMachine();
        evidence.backends = {cpu()};
        const auto cudaReport = [](const char *reason, const char *advice) { return BackendReport{"cuda", false, reason, advice, std::nullopt}; };
        const char *linker = "The CUDA module does not load: libcudnn.so.9: cannot open shared object file.";
        switch (machine) {
        case 0:
        case 1:
        case 2:
            evidence.driver = {};
            evidence.gpus.clear();
            evidence.nvidiaCards = machine == 0 ? 0 : 1;
            evidence.driverError = machine == 2 ? Error{ErrorCode::NotFound, "The driver is not loaded. Restart the machine.", {}, {}} : missingDriver();
            evidence.backends.push_back(cudaReport("no CUDA", ""));
            break;
        case 3:
            evidence.driver = {"535.104.05", 12020, 1u};
            evidence.backends.push_back(cudaReport("CUDA driver version is insufficient for CUDA runtime version", ""));
            break;
        case 4:
            evidence.driver.gpus = 0u;
            evidence.gpus.clear();
            evidence.backends.push_back(cudaReport("no CUDA-capable device is detected", ""));
            break;
        case 5:
            evidence.gpus = {gpu(kUuid, 0, {6, 1})};
            evidence.driver.cudaVersion = 12020;  // another driver would not help
            break;
        case 6:
        case 7:
            evidence = withoutModule(linker, "Install cuDNN 9 for CUDA 13.");
            evidence.cudnn = {false, machine == 6 ? 0 : 8, {}, "libcudnn.so.9: cannot open"};
            break;
        case 8: evidence = withoutModule("This build has no CUDA module.", "Build Trainyard where CUDA is."); break;
        case 9: evidence.visibleDevices = "3"; break;
        case 10: evidence.backends.push_back(cudaReport("CUDA cannot start: out of memory.", "Close programs.")); break;
        case 11: break;
        }
        const auto reports = deviceReports(evidence);
        QCOMPARE(reports.size(), std::size_t{2});
        const DeviceReport &report = reports[1];
        QTEST(QString::fromStdString(report.id), "id");
        QVERIFY(!report.usable && !report.device);
        QFETCH(QString, verdict);
        QFETCH(QString, advice);
        QVERIFY2(QString::fromStdString(report.verdict).contains(verdict), report.verdict.c_str());
        QVERIFY2(QString::fromStdString(report.advice).contains(advice), report.advice.c_str());
        QVERIFY(report.verdict.find("shared object") == std::string::npos);  // no linker's words
    }

    void freeMemoryIsTheDriversWhereCudaDoesNotTell()
    {
        MachineEvidence machine = goodMachine();
        machine.backends[1].device->memoryFree = 0;
        QCOMPARE(factOf(deviceReports(machine)[1], "Memory"), "150 GB");
        machine.gpus[0].memoryFree = 120'000'000'000;
        QCOMPARE(factOf(deviceReports(machine)[1], "Memory"), "150 GB, 120 GB free");
    }

    void cuda12NeedsAnOlderDriverThan13()
    {
        MachineEvidence machine = goodMachine();
        machine.backends = {cpu()};
        machine.cudaRuntime = {true, 12, "12.8", {}};
        machine.driver.cudaVersion = 12020;
        QVERIFY(deviceReports(machine)[1].verdict.find("too old") == std::string::npos);
        machine.driver.cudaVersion = 11080;
        QVERIFY(deviceReports(machine)[1].advice.find("525") != std::string::npos);
    }

    void devicesAreMatchedByUuidWhateverTheirOrder()
    {
        MachineEvidence machine = goodMachine();
        machine.gpus = {gpu("GPU-old", 0, {6, 1}), gpu("GPU-B", 1), gpu(kUuid, 2)};
        machine.gpus[1].powerLimit = 350;
        machine.backends = {cpu(), cudaDevice(kUuid, "cuda:0"), cudaDevice("gpu-b", "cuda:1")};
        const auto reports = deviceReports(machine);
        QCOMPARE(reports.size(), std::size_t{4});
        QCOMPARE(reports[1].gpu->index, 2u);
        QCOMPARE(reports[2].id, "cuda:1");
        QCOMPARE(reports[2].gpu->powerLimit.value(), 350.0);
        QCOMPARE(reports[3].id, "gpu:0");
        QVERIFY(!reports[3].usable);
    }

    void aGpuThatWorksWithoutItsCountersIsUsable()
    {
        MachineEvidence machine = goodMachine();
        machine.gpus.clear();
        machine.driverError = missingDriver();
        const auto reports = deviceReports(machine);
        QCOMPARE(reports.size(), std::size_t{2});
        QVERIFY(reports[1].usable && !reports[1].gpu);
        QVERIFY(factOf(reports[1], "Counters").find("no NVIDIA driver") != std::string::npos);
        QCOMPARE(factOf(reports[1], "Driver"), "580.65.06");
    }

    void aDeviceThatCudaRefusesKeepsItsReason()
    {
        MachineEvidence machine = goodMachine();
        BackendReport refused = cudaDevice(kUuid);
        refused.available = false;
        refused.reason = "It is in prohibited compute mode.";
        machine.backends = {cpu(), refused};
        QCOMPARE(deviceReports(machine)[1].verdict, refused.reason);
        QCOMPARE(deviceReports(machine)[1].id, "gpu:0");
        machine.gpus.clear();
        machine.driverError = missingDriver();
        QCOMPARE(deviceReports(machine)[1].verdict, refused.reason);
        QCOMPARE(deviceReports(machine)[1].id, "cuda:0");
    }

    void theDoctorTellsTheSame()
    {
        MachineEvidence machine = goodMachine();
        machine.cudnn = {false, 8, {}, "libcudnn.so.9: cannot open"};
        const auto findings = findingsOf(machine);
        QCOMPARE(findings.size(), std::size_t{5});
        QCOMPARE(findings[1].what, "cuda:0");
        QVERIFY(findings[1].found);
        QCOMPARE(findings[1].text, "NVIDIA H200. Ready to train.");
        QVERIFY(!findings[1].facts.empty());
        QCOMPARE(findings[2].text, "580.65.06, for CUDA up to 13.0");
        QCOMPARE(findings[3].text, "13.0");
        QVERIFY(!findings[4].found);
        QVERIFY(findings[4].text.find("Version 8 is here") != std::string::npos);
    }

    void cardsAreCountedOnTheBus()
    {
        QTemporaryDir folder;
        const auto card = [&folder](const char *name, const char *vendor, const char *kind) {
            const std::filesystem::path path = std::filesystem::path(folder.path().toStdString()) / name;
            std::filesystem::create_directories(path);
            QVERIFY(writeFileAtomically(path / "vendor", vendor));
            QVERIFY(writeFileAtomically(path / "class", kind));
        };
        card("0000:01:00.0", "0x10de\n", "0x030000\n");
        card("0000:02:00.0", "0x10de\n", "0x030200\n");  // without a display
        card("0000:02:00.1", "0x10de\n", "0x040300\n");  // its sound
        card("0000:03:00.0", "0x1002\n", "0x030000\n");  // another maker's
        QCOMPARE(countNvidiaCards(folder.path().toStdString()), 2);
        QCOMPARE(countNvidiaCards(folder.filePath("missing").toStdString()), 0);
    }

    void theDriverOfThisMachineIsAsked()
    {
        const FakeDriver driver(FakeDriver::machine(Json::array({FakeDriver::gpu(kUuid), FakeDriver::gpu("GPU-2")})));
        const MachineEvidence machine = gatherEvidence();
        QVERIFY(!machine.driverError);
        QCOMPARE(machine.driver.version.value(), "580.65.06");
        QCOMPARE(machine.gpus.size(), std::size_t{2});
        QCOMPARE(machine.gpus[1].uuid, "GPU-2");
        QVERIFY(std::any_of(machine.backends.begin(), machine.backends.end(), [](const BackendReport &backend) { return backend.id == "cpu"; }));
    }

    void aMachineWithoutADriverIsAskedToo()
    {
        qputenv("TRAINYARD_NVML", "libof-no-driver.so.1");
        const MachineEvidence machine = gatherEvidence();
        qunsetenv("TRAINYARD_NVML");
        QVERIFY(machine.driverError && machine.gpus.empty());
        QCOMPARE(deviceReports(machine).front().id, "cpu");
    }
};

QTEST_GUILESS_MAIN(TestDeviceReport)
#include "tst_device_report.moc"
