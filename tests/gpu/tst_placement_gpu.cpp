// Runs whose layers lie partly on the GPU and partly on the CPU: the curve of the CPU alone, the same bits every time, the
// memory that was forecast on each.
#include <QtTest>

#include "engine/api/forecast.h"
#include "tests/engine/train/small_job.h"
#include "tests/gpu/gpu_device.h"

using namespace trainyard;
using namespace trainyard::test;
using namespace trainyard::tests;

namespace {

using Placing = std::map<std::string, std::string>;  // layer name -> device
using List = std::vector<std::int64_t>;

// Small images with a bright row, of three kinds by where it is.
Dataset rowsInImages()
{
    constexpr std::int64_t kRows = 160, kHeight = 6, kWidth = 5;
    HostTensor features({DType::U8, Shape{kRows, kHeight, kWidth, 1}}), targets({DType::I32, Shape{kRows}});
    PhiloxSequence random(17, RandomStream::Initialize, 1);
    for (std::int64_t row = 0; row < kRows; ++row) {
        const auto kind = static_cast<std::int32_t>(row % 3);
        targets.as<std::int32_t>()[static_cast<std::size_t>(row)] = kind;
        for (std::int64_t i = 0; i < kHeight * kWidth; ++i)
            features.as<std::uint8_t>()[static_cast<std::size_t>(row * kHeight * kWidth + i)] =
                static_cast<std::uint8_t>(random.uniform() * 60 + (i / kWidth / 2 == kind ? 150 : 0));
    }
    return makeDataset(std::move(features), std::move(targets), {}).value();
}

// Convolutions, whose weights lie otherwise on a GPU, batch statistics, dropout, pooling and a skip connection.
std::shared_ptr<const Graph> network(const Placing &placing)
{
    Graph graph = chainOf({{"input", {{"shape", List{6, 5, 1}}}},
                           {"conv2d", {{"filters", std::int64_t{4}}, {"bias", false}}},
                           {"batch_norm", {}},
                           {"tanh", {}},
                           {"conv2d", {{"filters", std::int64_t{4}}}},
                           {"relu", {}},
                           {"add", {}},
                           {"max_pool2d", {}},
                           {"dropout", {{"rate", 0.25}}},
                           {"flatten", {}},
                           {"dense", {{"units", std::int64_t{3}}}},
                           {"softmax_cross_entropy", {}}});
    (void)graph.connect({graph.findByName("tanh")->id, graph.findByName("add")->id, 1});
    for (const auto &[name, device] : placing)
        graph.edit(graph.findByName(name)->id)->device = device;
    return std::make_shared<const Graph>(std::move(graph));
}

TrainJob jobOf(const Placing &placing, const std::string &device)
{
    TrainJob job;
    job.graph = network(placing);
    job.config = smallConfig();
    job.config.epochs = 3;
    job.config.device = device;
    job.loadData = [] { return Result<Dataset>(rowsInImages()); };
    return job;
}

const Placing kMiddleOnCpu{{"conv2d_2", "cpu"}, {"relu", "cpu"}, {"add", "cpu"}};
const Placing kMiddleOnGpu{{"conv2d", "cuda:0"}, {"batch_norm", "cuda:0"}, {"dropout", "cuda:0"}, {"dense", "cuda:0"}};

std::string errorOf(const TrainProgress &end)
{
    return end.error ? end.error->message + " " + end.error->detail : std::string();
}

double curveDistance(Listener &a, Listener &b)
{
    const auto first = a.series("train/loss"), second = b.series("train/loss");
    if (first.size() != second.size() || first.empty())
        return std::numeric_limits<double>::infinity();
    double worst = 0;
    for (std::size_t i = 0; i < first.size(); ++i)
        worst = std::max(worst, std::abs(first[i].second - second[i].second));
    return worst / std::abs(first.front().second);
}

}  // namespace

class TestPlacementGpu : public QObject {
    Q_OBJECT

    static void placings()
    {
        QTest::addColumn<QString>("device");
        QTest::newRow("the middle on the CPU") << "cuda:0";
        QTest::newRow("parts on the GPU") << "cpu";
    }
    static TrainJob placedJob(const QString &device)
    {
        return device == "cpu" ? jobOf(kMiddleOnGpu, "cpu") : jobOf(kMiddleOnCpu, "cuda:0");
    }

private slots:
    void initTestCase() { TRAINYARD_NEEDS_GPU(); }

    void aRunOnBothFollowsTheCurveOfTheCpu_data() { placings(); }
    void aRunOnBothFollowsTheCurveOfTheCpu()
    {
        QFETCH(QString, device);
        Listener cpu, both;
        const TrainProgress onCpu = cpu.run(jobOf({}, "cpu")), onBoth = both.run(placedJob(device));
        QVERIFY2(onCpu.state == TrainState::Finished, errorOf(onCpu).c_str());
        QVERIFY2(onBoth.state == TrainState::Finished, errorOf(onBoth).c_str());
        const double distance = curveDistance(cpu, both);
        QVERIFY2(distance <= 1e-3, qPrintable(QString::number(distance)));
        QVERIFY(both.series("train/loss").back().second < both.series("train/loss").front().second);
        QVERIFY(!both.series("validation/accuracy").empty());
    }

    void theSameSeedGivesTheSameBits_data() { placings(); }
    void theSameSeedGivesTheSameBits()
    {
        QFETCH(QString, device);
        Listener first, second;
        first.run(placedJob(device));
        second.run(placedJob(device));
        QVERIFY(!first.series("train/loss").empty());
        QCOMPARE(first.series("train/loss"), second.series("train/loss"));
        QCOMPARE(firstDifference(*first.lastCheckpoint(), *second.lastCheckpoint()), std::string());
    }

    void resumedIsTheSameAsNeverStopped_data() { placings(); }
    void resumedIsTheSameAsNeverStopped()
    {
        QFETCH(QString, device);
        TrainJob job = placedJob(device);
        job.config.checkpointEveryEpochs = 1;
        Listener whole, resumed;
        QVERIFY(whole.run(job).state == TrainState::Finished);
        const auto first = whole.checkpoints().front();
        QCOMPARE(first.first->epoch, std::int64_t{1});
        TrainJob again = placedJob(device);
        again.loadCheckpoint = [checkpoint = first.first] { return Result<Checkpoint>(*checkpoint); };
        again.segment = 1;
        const TrainProgress end = resumed.run(std::move(again));
        QVERIFY2(end.state == TrainState::Finished, errorOf(end).c_str());
        QCOMPARE(firstDifference(*whole.lastCheckpoint(), *resumed.lastCheckpoint()), std::string());
    }

    void theForecastIsWhatTheRunTakesOnEachDevice_data() { placings(); }
    void theForecastIsWhatTheRunTakesOnEachDevice()
    {
        QFETCH(QString, device);
        TrainJob job = placedJob(device);
        const Dataset data = rowsInImages();
        const auto told = forecast(*job.graph, dataTypesOf(data), job.config);
        QVERIFY2(told, told ? "" : told.error().message.c_str());
        QCOMPARE(told->devices.size(), std::size_t{2});
        QCOMPARE(told->devices[0].device, device.toStdString());
        QCOMPARE(told->devices[0].arenaBytes + told->devices[1].arenaBytes, told->arenaBytes);
        QCOMPARE(told->bytes.total(), told->arenaBytes);
        QVERIFY(told->fits());
        QCOMPARE(std::count_if(told->notes.begin(), told->notes.end(), [](const std::string &note) { return note.starts_with("Each step copies "); }),
                 std::ptrdiff_t{2});
        std::uint64_t arena = 0;
        job.onPrepared = [&](const RunFacts &facts) { arena = facts.arenaBytes; };
        Listener listener;
        const TrainProgress end = listener.run(std::move(job));
        QVERIFY2(end.state == TrainState::Finished, errorOf(end).c_str());
        QCOMPARE(arena, told->arenaBytes);
    }

    void layersInBfloat16TrainOnTheProcessorBesideTheGpu()
    {
        TrainJob job = jobOf({{"tanh", "cpu"}}, "cuda:0");
        job.config.precision = Precision::BFloat16;
        Listener listener;
        const TrainProgress end = listener.run(std::move(job));
        QVERIFY2(end.state == TrainState::Finished, errorOf(end).c_str());
    }
};

QTEST_GUILESS_MAIN(TestPlacementGpu)
#include "tst_placement_gpu.moc"
