// What an executable on the GPU promises beside numbers: where the data lie, limits, metrics and times that nobody waits
// for, and kernel choices that are taken again.
#include <QtTest>

#include <cstring>

#include "engine/backends/backend.h"
#include "engine/base/file.h"
#include "engine/program/build.h"
#include "tests/engine/train/small_job.h"
#include "tests/engine/program/programs.h"
#include "tests/gpu/gpu_device.h"

using namespace trainyard;
using namespace trainyard::test;
using namespace trainyard::tests;

namespace {

using List = std::vector<std::int64_t>;

constexpr std::int64_t kRows = 3000, kBatch = 12;

Program networkProgram(Mode mode)
{
    const Graph graph = chainOf({{"input", {{"shape", List{6, 6, 3}}}},
                                 {"conv2d", {{"filters", std::int64_t{5}}}},
                                 {"relu", {}},
                                 {"flatten", {}},
                                 {"dense", {{"units", std::int64_t{7}}}},
                                 {"gelu", {}},
                                 {"dense", {{"units", std::int64_t{4}}}},
                                 {"softmax_cross_entropy", {}}});
    DataTypes data;
    data.features = {DType::F32, Shape{kRows, 6, 6, 3}};
    data.targets = {DType::I32, Shape{kRows}};
    BuildOptions options;
    options.mode = mode;
    options.batchSize = kBatch;
    options.deviceFusion = true;
    return builtOrThrown(graph, data, options);
}

const std::vector<Program> &networkPrograms()
{
    static const std::vector<Program> programs{networkProgram(Mode::Train), networkProgram(Mode::Evaluate)};
    return programs;
}

void check(const Status &status)
{
    if (!status)
        throw std::runtime_error(status.error().message + " " + status.error().detail);
}

// The data set in host memory: features that tell their row, so that a wrong row shows.
struct HostData {
    explicit HostData(unsigned seed = 1) : features({DType::F32, Shape{kRows, 6, 6, 3}}), targets({DType::I32, Shape{kRows}})
    {
        PhiloxSequence random(seed, RandomStream::Initialize, 1);
        for (float &value : features.as<float>())
            value = random.uniform() - 0.5f;
        for (std::size_t row = 0; row < static_cast<std::size_t>(kRows); ++row)
            targets.as<std::int32_t>()[row] = static_cast<std::int32_t>(random.uniform() * 4);
    }
    HostTensor features, targets;
    std::vector<float> offset{0.0f}, scale{1.0f};
};

// Training and evaluation programs of one network over one arena.
class NetRun {
public:
    explicit NetRun(const DeviceSettings &settings = {}) : m_executable(compiled(settings)) { check(m_executable->allocate()); }

    static std::unique_ptr<Executable> compiled(const DeviceSettings &settings)
    {
        std::vector<const Program *> programs;
        for (const Program &program : networkPrograms())
            programs.push_back(&program);
        auto executable = gpuDevice().backend->compile(programs, settings);
        if (!executable)
            throw std::runtime_error(executable.error().message);
        return std::move(*executable);
    }

    Executable &executable() { return *m_executable; }

    void bind(std::size_t p, const HostData &data)
    {
        const Program &program = networkPrograms()[p];
        check(m_executable->bind(p, program.features, data.features.data));
        check(m_executable->bind(p, program.targets, data.targets.data));
        check(m_executable->bind(p, program.featureOffset, std::as_bytes(std::span(data.offset))));
        check(m_executable->bind(p, program.featureScale, std::as_bytes(std::span(data.scale))));
    }

    void start(const HostData &data)
    {
        bind(0, data);
        bind(1, data);
        const Program &program = networkPrograms()[0];
        for (const ParameterInit &init : program.inits) {
            std::vector<float> values(static_cast<std::size_t>(program.list.value(init.value).type.shape.elements()));
            fillParameter(program, init, 5, values);
            check(m_executable->write(0, init.value, std::as_bytes(std::span(values))));
        }
    }

    void step(std::size_t p, std::uint64_t step, std::int32_t validRows = kBatch)
    {
        std::vector<std::int32_t> rows;
        for (std::int64_t i = 0; i < kBatch; ++i)
            rows.push_back(static_cast<std::int32_t>((static_cast<std::int64_t>(step) * 613 + i * 97 + static_cast<std::int64_t>(p)) % kRows));
        m_executable->setIndices(p, rows);
        check(m_executable->run(p, {5, step, 0.05f, validRows}));
    }

    // All parameters, one after another.
    std::vector<std::byte> parameters()
    {
        std::vector<std::byte> all;
        const Program &program = networkPrograms()[0];
        for (std::size_t i = 0; i < program.list.values.size(); ++i) {
            const Value &value = program.list.values[i];
            if (value.role != Role::Parameter)
                continue;
            std::vector<std::byte> bytes(value.type.bytes());
            check(m_executable->read(0, static_cast<ValueId>(i), bytes));
            all.insert(all.end(), bytes.begin(), bytes.end());
        }
        return all;
    }

    MetricSums sums(std::size_t p)
    {
        check(m_executable->requestMetrics(p, 0));
        return m_executable->takeMetrics(true)->value();
    }

private:
    std::unique_ptr<Executable> m_executable;
};

// A limit under which network and data do not fit together, but the network does.
DeviceSettings limited()
{
    const auto executable = NetRun::compiled({});
    DeviceSettings settings;
    settings.memoryLimit = executable->arenaBytes() + executable->deviceDataBytes() - 1;
    return settings;
}

}  // namespace

class TestExecutableGpu : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { TRAINYARD_NEEDS_GPU(); }

    void streamedBatchesGiveTheBitsOfResidentOnes()
    {
        const HostData data;
        NetRun resident, streamed(limited());
        QCOMPARE(resident.executable().dataPlacement(), DataPlacement::Resident);
        QCOMPARE(streamed.executable().dataPlacement(), DataPlacement::Streamed);
        QVERIFY(streamed.executable().deviceDataBytes() < resident.executable().deviceDataBytes());
        for (NetRun *run : {&resident, &streamed}) {
            run->start(data);
            for (std::uint64_t step = 0; step < 30; ++step) {
                run->step(0, step);
                if (step % 10 == 9)
                    run->step(1, step, 7);  // a short last batch
            }
        }
        QVERIFY(resident.parameters() == streamed.parameters());
        QCOMPARE(resident.sums(0).sums, streamed.sums(0).sums);
        QCOMPARE(resident.sums(1).sums, streamed.sums(1).sums);
        QCOMPARE(resident.sums(1).sums[1], 21.0);
    }

    void aLimitBelowTheNetworkIsRefusedWithBothNumbers()
    {
        DeviceSettings settings;
        settings.memoryLimit = 4096;
        const auto executable = NetRun::compiled(settings);
        const Status status = executable->allocate();
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::OutOfMemory);
        QVERIFY2(status.error().message.find("the limit is 4.10 kB") != std::string::npos, status.error().message.c_str());
        QCOMPARE(executable->allocatedBytes(), std::uint64_t{0});
    }

    void reservedMemoryIsTakenAtOnce()
    {
        const HostData data;
        DeviceSettings settings;
        settings.memoryLimit = 64 << 20;
        NetRun plain;
        const std::uint64_t freeBefore = gpuDevice().backend->device().memoryFree;
        settings.reserveMemory = true;
        NetRun reserved(settings);
        const std::uint64_t freeAfter = gpuDevice().backend->device().memoryFree;
        QVERIFY2(freeBefore >= freeAfter + settings.memoryLimit, qPrintable(QString("%1 %2").arg(freeBefore).arg(freeAfter)));
        for (NetRun *run : {&plain, &reserved}) {
            run->start(data);
            for (std::uint64_t step = 0; step < 5; ++step)
                run->step(0, step);
        }
        QVERIFY(plain.parameters() == reserved.parameters());
        QCOMPARE(reserved.executable().allocatedBytes(), reserved.executable().arenaBytes());
    }

    void whatWasWrittenIsReadBack()
    {
        NetRun run;
        const Program &program = networkPrograms()[0];
        for (std::size_t i = 0; i < program.list.values.size(); ++i) {
            const Value &value = program.list.values[i];
            if (value.role != Role::Parameter && value.role != Role::OptimizerState && value.role != Role::Metric)
                continue;
            std::vector<std::byte> in(value.type.bytes()), out(in.size());
            for (std::size_t k = 0; k < in.size(); ++k)
                in[k] = static_cast<std::byte>(k * 7 + i);
            check(run.executable().write(0, static_cast<ValueId>(i), in));
            check(run.executable().read(0, static_cast<ValueId>(i), out));
            QVERIFY2(in == out, value.name.c_str());
        }
    }

    void metricsComeInTheOrderTheyWereAskedFor()
    {
        const HostData data;
        NetRun run;
        run.start(data);
        QVERIFY(!run.executable().takeMetrics(true)->has_value());  // nothing was asked for
        constexpr std::int64_t kAsked = 40;  // more than steps in flight
        for (std::int64_t i = 0; i < kAsked; ++i) {
            run.step(0, static_cast<std::uint64_t>(i));
            check(run.executable().requestMetrics(0, 100 + i));
        }
        for (std::int64_t i = 0; i < kAsked; ++i) {
            const auto sums = run.executable().takeMetrics(true);
            QVERIFY(sums && sums->has_value());
            QCOMPARE((*sums)->tag, 100 + i);
            QCOMPARE((*sums)->sums.at(1), static_cast<double>(kBatch * (i + 1)));  // rows counted by then
        }
        QVERIFY(!run.executable().takeMetrics(false)->has_value());
    }

    void metricsAreGivenWithoutWaitingOnceTheyAreThere()
    {
        const HostData data;
        NetRun run;
        run.start(data);
        run.step(0, 0);
        check(run.executable().requestMetrics(0, 7));
        std::optional<MetricSums> sums;
        QTRY_VERIFY(sums || (sums = run.executable().takeMetrics(false).value()));
        QCOMPARE(sums->tag, std::int64_t{7});
    }

    void timesOfAStepAreGivenNowAndThen_data()
    {
        QTest::addColumn<bool>("streams");
        QTest::newRow("resident") << false;
        QTest::newRow("streamed") << true;
    }
    void timesOfAStepAreGivenNowAndThen()
    {
        QFETCH(bool, streams);
        const HostData data;
        NetRun timed(streams ? limited() : DeviceSettings{}), plain;
        timed.start(data);
        plain.start(data);
        std::vector<StepTimes> all;
        for (std::uint64_t step = 0; step < 160; ++step) {
            timed.step(0, step);
            plain.step(0, step);
            if (step % 50 == 20)
                check(timed.executable().finish());
            if (auto times = timed.executable().takeStepTimes())
                all.push_back(*times);
        }
        QVERIFY(timed.parameters() == plain.parameters());
        QCOMPARE(all.size(), std::size_t{3});
        for (std::size_t i = 0; i < all.size(); ++i) {
            const StepTimes &times = all[i];
            QCOMPARE(times.step, 49 + 50 * static_cast<std::uint64_t>(i));
            for (const auto &part : {times.copyMs, times.forwardMs, times.backwardMs, times.updateMs})
                QVERIFY(part && *part >= 0);
            QCOMPARE(times.dataWaitMs.has_value(), streams);
            QCOMPARE(times.hostGapMs.has_value(), i > 0);  // the first was captured in between
        }
        QVERIFY(!timed.executable().takeStepTimes());
    }

    void memoryThatIsBoundAgainIsCopiedAgain()
    {
        HostData data;
        const HostData other(2);
        NetRun run, fresh;
        run.start(data);
        fresh.start(other);
        for (std::uint64_t step = 0; step < 4; ++step)
            run.step(1, step);
        const MetricSums before = run.sums(1);
        // The same memory with another content; then for this program alone another memory.
        std::ranges::copy(other.features.data, data.features.data.begin());
        std::ranges::copy(other.targets.data, data.targets.data.begin());
        run.bind(1, data);
        for (std::uint64_t step = 0; step < 4; ++step) {
            run.step(1, step);
            fresh.step(1, step);
        }
        const MetricSums once = run.sums(1), expected = fresh.sums(1);
        QVERIFY(once.sums[0] - before.sums[0] != before.sums[0]);
        QVERIFY(std::abs(once.sums[0] - before.sums[0] - expected.sums[0]) < 1e-9);
    }

    void twoProgramsMayReadDifferentMemory()
    {
        const HostData first(1), second(2);
        NetRun both, alone;
        both.start(first);
        both.step(1, 0);
        both.step(1, 1);  // captured with the shared address
        both.bind(1, second);
        alone.start(second);
        const MetricSums before = both.sums(1);
        both.step(1, 2);
        alone.step(1, 2);
        QVERIFY(std::abs(both.sums(1).sums[0] - before.sums[0] - alone.sums(1).sums[0]) < 1e-9);
        NetRun untouched;
        untouched.start(first);
        for (std::uint64_t step = 0; step < 3; ++step) {
            both.step(0, step);
            untouched.step(0, step);
        }
        QVERIFY(both.parameters() == untouched.parameters());
    }

    void choicesAreTakenAgain_data()
    {
        QTest::addColumn<bool>("autotune");
        QTest::newRow("advised") << false;
        QTest::newRow("timed") << true;
    }
    void choicesAreTakenAgain()
    {
        QFETCH(bool, autotune);
        const HostData data;
        DeviceSettings settings;
        settings.autotune = autotune;
        NetRun first(settings);
        settings.choices = first.executable().choices();
        QVERIFY(settings.choices.size() >= 6);  // three directions of two dense layers at least
        settings.autotune = false;              // what was timed is not timed again
        NetRun again(settings);
        QCOMPARE(again.executable().choices(), settings.choices);
        for (NetRun *run : {&first, &again}) {
            run->start(data);
            for (std::uint64_t step = 0; step < 6; ++step)
                run->step(0, step);
        }
        QVERIFY(first.parameters() == again.parameters());
    }

    void aChoiceThatIsNoneIsReplacedAndSaid()
    {
        NetRun first;
        DeviceSettings settings;
        settings.choices = first.executable().choices();
        for (auto &[signature, choice] : settings.choices)
            if (signature.starts_with("product "))
                choice = "nonsense";
        NetRun again(settings);
        QCOMPARE(again.executable().choices(), first.executable().choices());
        const auto notes = again.executable().notes();
        QVERIFY(std::ranges::any_of(notes, [](const std::string &note) { return note.find("no longer possible") != std::string::npos; }));
    }

    void whatIsMissingIsToldWithWhatToDo_data()
    {
        QTest::addColumn<QByteArray>("variable");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("advice");
        QTest::newRow("no driver") << QByteArray("TRAINYARD_SIMULATED_DRIVER") << QByteArray("0") << "no NVIDIA driver" << "install";
        QTest::newRow("old driver") << QByteArray("TRAINYARD_SIMULATED_DRIVER") << QByteArray("11080") << "CUDA up to 11.8" << "Update";
        QTest::newRow("no device") << QByteArray("TRAINYARD_SIMULATED_DEVICES") << QByteArray("0") << "finds no GPU" << "nvidia-smi";
    }
    void whatIsMissingIsToldWithWhatToDo()
    {
        TRAINYARD_NEEDS_SIMULATION();
        QFETCH(QByteArray, variable);
        QFETCH(QByteArray, value);
        QFETCH(QString, reason);
        QFETCH(QString, advice);
        const Setting missing(variable.constData(), value);
        const auto reports = findBackends();
        QCOMPARE(reports.size(), std::size_t{2});
        QCOMPARE(reports[1].id, std::string("cuda"));
        QVERIFY(!reports[1].available && !reports[1].device);
        QVERIFY2(QString::fromStdString(reports[1].reason).contains(reason), reports[1].reason.c_str());
        QVERIFY2(QString::fromStdString(reports[1].advice).contains(advice), reports[1].advice.c_str());
        const auto opened = openBackend("cuda:0");
        QVERIFY(!opened && opened.error().code == ErrorCode::NotFound);
        QVERIFY2(QString::fromStdString(opened.error().message).contains(reason), opened.error().message.c_str());
    }

    void theDeviceIsReportedWithItsLibraries()
    {
        const auto reports = findBackends();
        QCOMPARE(reports[1].id, std::string("cuda:0"));
        QVERIFY(reports[1].available && reports[1].device && reports[1].reason.empty());
        const DeviceInfo &info = *reports[1].device;
        QVERIFY(!info.name.empty() && info.memoryTotal > 0 && info.uuid.starts_with("GPU-"));
        QVERIFY(info.library.starts_with("CUDA ") && info.library.find("cuDNN 9.") != std::string::npos);
        QVERIFY(info.instructionSet.starts_with("compute capability "));
        const auto absent = openBackend("cuda:7");
        QVERIFY(!absent && absent.error().code == ErrorCode::NotFound);
    }

    void aCardThatIsNotThereCanBePlannedForButNotUsed()
    {
        const auto text = readFile(TRAINYARD_PROJECTS_DIR "/../tests/gpu/devices/h200.json");
        auto backend = planningBackend(*text);
        QVERIFY2(backend, backend ? "" : backend.error().message.c_str());
        const Program *program = &networkPrograms()[0];
        auto executable = (*backend)->compile(std::span(&program, 1), {});
        QVERIFY2(executable, executable ? "" : executable.error().message.c_str());
        QVERIFY((*executable)->arenaBytes() > 0);
        QCOMPARE((*executable)->memoryPlan(0).bytes.total(), (*executable)->arenaBytes());
        QCOMPARE((*executable)->dataPlacement(), DataPlacement::Resident);
        const Status status = (*executable)->allocate();
        QVERIFY(!status && status.error().code == ErrorCode::Unsupported);
        QVERIFY2(status.error().message.find("NVIDIA H200") != std::string::npos, status.error().message.c_str());
        const Status run = (*executable)->run(0, {});
        QVERIFY(!run);
    }

    void bfloat16OnAnOldCardIsRefusedWithAnAlternative()
    {
        std::string text = *readFile(TRAINYARD_PROJECTS_DIR "/../tests/gpu/devices/h200.json");
        text.replace(text.find("\"computeMajor\": 9"), 17, "\"computeMajor\": 7");
        text.replace(text.find("\"computeMinor\": 0"), 17, "\"computeMinor\": 5");
        auto backend = planningBackend(text);
        QVERIFY2(backend, backend ? "" : backend.error().message.c_str());
        BuildOptions options;
        options.batchSize = 8;
        options.precision = Precision::BFloat16;
        DataTypes data;
        data.features = {DType::F32, Shape{100, 3}};
        data.targets = {DType::I32, Shape{100}};
        const auto program = buildProgram(chainOf({{"input", {{"shape", List{3}}}}, {"dense", {{"units", std::int64_t{2}}}}, {"softmax_cross_entropy", {}}}),
                                          data, options);
        QVERIFY(program);
        const Program *only = &*program;
        const auto refused = (*backend)->compile(std::span(&only, 1), {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Unsupported);
        QVERIFY2(refused.error().message.find("float16 or float32") != std::string::npos, refused.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(TestExecutableGpu)
#include "tst_executable_gpu.moc"
