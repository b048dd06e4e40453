// Whole runs on the GPU: the curve of the CPU, resumes to the bit, memory as forecast, and what happens when memory ends
// or the device fails in the middle.
#include <QtTest>

#include "engine/api/forecast.h"
#include "engine/train/epoch_order.h"
#include "engine/train/model.h"
#include "tests/engine/train/small_job.h"
#include "tests/gpu/gpu_device.h"

using namespace trainyard;
using namespace trainyard::test;
using namespace trainyard::tests;

namespace {

TrainingConfig configOn(const std::string &device, Precision precision = Precision::Float32)
{
    TrainingConfig config = smallConfig();
    config.device = device;
    config.precision = precision;
    return config;
}

// Small images of two kinds, bars that lie and bars that stand, for a network with convolutions and pooling.
Dataset barsInImages(std::int64_t rows = 160)
{
    constexpr std::int64_t kSide = 8;
    HostTensor features({DType::U8, Shape{rows, kSide, kSide, 1}}), targets({DType::I32, Shape{rows}});
    PhiloxSequence random(11, RandomStream::Initialize, 1);
    for (std::int64_t row = 0; row < rows; ++row) {
        const auto kind = static_cast<std::int32_t>(row % 2);
        const auto at = static_cast<std::int64_t>(random.uniform() * kSide);
        targets.as<std::int32_t>()[static_cast<std::size_t>(row)] = kind;
        for (std::int64_t i = 0; i < kSide * kSide; ++i) {
            const bool bar = (kind == 0 ? i / kSide : i % kSide) == at;
            const float brightness = random.uniform() * 60 + (bar ? 150 : 0);
            features.as<std::uint8_t>()[static_cast<std::size_t>(row * kSide * kSide + i)] = static_cast<std::uint8_t>(brightness);
        }
    }
    return makeDataset(std::move(features), std::move(targets), {}).value();
}

TrainJob imageJob(const TrainingConfig &config)
{
    using List = std::vector<std::int64_t>;
    TrainJob job;
    job.graph = std::make_shared<const Graph>(chainOf({{"input", {{"shape", List{8, 8, 1}}}},
                                                       {"conv2d", {{"filters", std::int64_t{8}}, {"bias", false}}},
                                                       {"batch_norm", {}},
                                                       {"relu", {}},
                                                       {"max_pool2d", {}},
                                                       {"conv2d", {{"filters", std::int64_t{8}}}},
                                                       {"relu", {}},
                                                       {"global_avg_pool", {}},
                                                       {"dense", {{"units", std::int64_t{2}}}},
                                                       {"softmax_cross_entropy", {}}}));
    job.config = config;
    job.loadData = [] { return Result<Dataset>(barsInImages()); };
    return job;
}

// The same images squeezed and restored: the target is the sample itself.
TrainJob restoringJob(const TrainingConfig &config)
{
    using List = std::vector<std::int64_t>;
    TrainJob job;
    job.graph = std::make_shared<const Graph>(chainOf({{"input", {{"shape", List{8, 8, 1}}}},
                                                       {"flatten", {}},
                                                       {"dense", {{"units", std::int64_t{8}}}},
                                                       {"relu", {}},
                                                       {"dense", {{"units", std::int64_t{64}}}},
                                                       {"reshape", {{"shape", List{8, 8, 1}}}},
                                                       {"mean_squared_error", {}}}));
    job.config = config;
    job.loadData = [] {
        DataConfig none;
        none.target = TargetKind::None;
        none.augment.maxShift = 1;  // moves sample and target alike
        return makeDataset(barsInImages().features, {}, none);
    };
    return job;
}

// A class for every pixel: whether it is bright.
TrainJob maskJob(const TrainingConfig &config)
{
    using List = std::vector<std::int64_t>;
    TrainJob job;
    job.graph = std::make_shared<const Graph>(chainOf({{"input", {{"shape", List{8, 8, 1}}}},
                                                       {"conv2d", {{"filters", std::int64_t{8}}}},
                                                       {"relu", {}},
                                                       {"conv2d", {{"filters", std::int64_t{2}}}},
                                                       {"softmax_cross_entropy", {}}}));
    job.config = config;
    job.loadData = [] {
        HostTensor features = barsInImages().features;
        HostTensor masks({DType::I32, Shape{features.type.shape[0], 8, 8}});
        for (std::size_t i = 0; i < masks.as<std::int32_t>().size(); ++i)
            masks.as<std::int32_t>()[i] = features.as<std::uint8_t>()[i] > 100;
        return makeDataset(std::move(features), std::move(masks), {});
    };
    return job;
}

// More data than a run with a limit of 2 MiB can keep on the device.
TrainJob wideJob(TrainingConfig config)
{
    using List = std::vector<std::int64_t>;
    constexpr std::int64_t kRows = 1500, kWidth = 300;
    TrainJob job;
    job.graph = std::make_shared<const Graph>(chainOf({{"input", {{"shape", List{kWidth}}}},
                                                       {"dense", {{"units", std::int64_t{16}}}},
                                                       {"batch_norm", {}},
                                                       {"relu", {}},
                                                       {"dropout", {{"rate", 0.25}}},
                                                       {"dense", {{"units", std::int64_t{3}}}},
                                                       {"softmax_cross_entropy", {}}}));
    config.epochs = 2;
    config.batchSize = 64;
    job.config = config;
    job.loadData = [] {
        HostTensor features({DType::F32, Shape{kRows, kWidth}}), targets({DType::I32, Shape{kRows}});
        PhiloxSequence random(13, RandomStream::Initialize, 1);
        for (std::size_t i = 0; i < features.as<float>().size(); ++i)
            features.as<float>()[i] = random.uniform() + static_cast<float>(i % 3 == i / kWidth % 3);
        for (std::size_t row = 0; row < kRows; ++row)
            targets.as<std::int32_t>()[row] = static_cast<std::int32_t>(row % 3);
        return makeDataset(std::move(features), std::move(targets), {});
    };
    return job;
}

// A layer far too large for a small device.
TrainJob hugeJob(const TrainingConfig &config)
{
    using List = std::vector<std::int64_t>;
    TrainJob job = smallJob(config);
    job.graph = std::make_shared<const Graph>(chainOf({{"input", {{"shape", List{2}}}},
                                                       {"dense", {{"units", std::int64_t{100000}}}},
                                                       {"relu", {}},
                                                       {"dense", {{"units", std::int64_t{3}}}},
                                                       {"softmax_cross_entropy", {}}}));
    return job;
}

// "accumulated": steps of several batches, an average of the weights and frozen layers.
TrainingConfig configFor(const QString &name, const std::string &device, Precision precision = Precision::Float32)
{
    TrainingConfig config = configOn(device, precision);
    if (name == "accumulated") {
        config.accumulationSteps = 3;
        config.emaDecay = 0.9;
        config.optimizer.type = "nadam";
        config.optimizer.weightDecay = 0.01;
        config.optimizer.decayMatricesOnly = true;
    }
    return config;
}

TrainJob jobNamed(const QString &name, const TrainingConfig &config)
{
    if (name == "restored images")
        return restoringJob(config);
    if (name == "masks")
        return maskJob(config);
    if (name == "points")
        return smallJob(config);
    TrainJob job = imageJob(config);
    if (name == "accumulated") {
        Graph graph = *job.graph;
        graph.edit(graph.findByName("batch_norm")->id)->frozen = true;
        graph.edit(graph.findByName("dense")->id)->learningRateFactor = 0.5;
        job.graph = std::make_shared<const Graph>(std::move(graph));
    }
    return job;
}

// How far the curve of one run is from that of another, in units of the first value.
double curveDistance(Listener &a, Listener &b, const std::string &series)
{
    const auto first = a.series(series), second = b.series(series);
    if (first.size() != second.size() || first.empty())
        return std::numeric_limits<double>::infinity();
    double worst = 0;
    for (std::size_t i = 0; i < first.size(); ++i)
        worst = std::max(worst, std::abs(first[i].second - second[i].second));
    return worst / std::abs(first.front().second);
}

std::string errorOf(const TrainProgress &end)
{
    return end.error ? end.error->message + " " + end.error->detail : std::string();
}

}  // namespace

class TestTrainingGpu : public QObject {
    Q_OBJECT

    static void jobs(std::initializer_list<const char *> names = {"points", "images", "restored images", "masks", "accumulated"})
    {
        QTest::addColumn<QString>("job");
        QTest::addColumn<int>("precision");
        for (const char *job : names)
            for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16})
                QTest::newRow(fmt::format("{} in {}", job, precisionName(precision)).c_str()) << QString(job) << static_cast<int>(precision);
    }

    // Bitwise the same end, as checkpoints and curves.
    static void sameRuns(Listener &a, Listener &b)
    {
        QVERIFY(!a.series("train/loss").empty());
        for (const char *name : {"train/loss", "validation/loss", "test/loss"})
            QCOMPARE(a.series(name), b.series(name));
        QCOMPARE(firstDifference(*a.lastCheckpoint(), *b.lastCheckpoint()), std::string());
    }

private slots:
    void initTestCase() { TRAINYARD_NEEDS_GPU(); }

    void aRunFollowsTheCurveOfTheCpu_data() { jobs(); }
    void aRunFollowsTheCurveOfTheCpu()
    {
        QFETCH(QString, job);
        QFETCH(int, precision);
        const auto chosen = static_cast<Precision>(precision);
        Listener cpu, gpu;
        const TrainProgress onCpu = cpu.run(jobNamed(job, configFor(job, "cpu"))), onGpu = gpu.run(jobNamed(job, configFor(job, "cuda:0", chosen)));
        QVERIFY2(onCpu.state == TrainState::Finished, errorOf(onCpu).c_str());
        QVERIFY2(onGpu.state == TrainState::Finished, errorOf(onGpu).c_str());
        QVERIFY(onGpu.device.starts_with("cuda:0") || !onGpu.device.empty());
        const double distance = curveDistance(cpu, gpu, "train/loss");
        const double allowed = chosen == Precision::Float32 ? 1e-3 : chosen == Precision::Float16 ? 2e-2 : 6e-2;
        qInfo("%s: training loss off by %.2e of its first value", QTest::currentDataTag(), distance);
        QVERIFY2(distance <= allowed, qPrintable(QString("off by %1, allowed %2").arg(distance).arg(allowed)));
        QVERIFY(gpu.series("train/loss").back().second < gpu.series("train/loss").front().second);
    }

    void theSameSeedGivesTheSameBits_data() { jobs(); }
    void theSameSeedGivesTheSameBits()
    {
        QFETCH(QString, job);
        QFETCH(int, precision);
        Listener first, second;
        first.run(jobNamed(job, configFor(job, "cuda:0", static_cast<Precision>(precision))));
        second.run(jobNamed(job, configFor(job, "cuda:0", static_cast<Precision>(precision))));
        sameRuns(first, second);
    }

    void stoppedAndResumedIsTheSameAsNeverStopped_data() { jobs(); }
    void stoppedAndResumedIsTheSameAsNeverStopped()
    {
        QFETCH(QString, job);
        QFETCH(int, precision);
        TrainingConfig config = configFor(job, "cuda:0", static_cast<Precision>(precision));
        config.autotune = precision == static_cast<int>(Precision::Float32);  // what was chosen comes with the checkpoint
        Listener before;
        TrainProgress end;
        const int stopAt = 9;
        std::promise<Trainer *> made;
        Trainer *trainer = nullptr;
        TrainJob stopped = jobNamed(job, config);
        stopped.loadData = [&, load = stopped.loadData] {
            trainer = made.get_future().get();
            return load();
        };
        before.onCheckpoint = [&](const Checkpoint &checkpoint) { checkpoint.step == stopAt - 1 ? trainer->stop() : trainer->requestCheckpoint(); };
        const auto owner = before.start(std::move(stopped));
        owner->requestCheckpoint();
        made.set_value(owner.get());
        owner->wait();
        end = owner->progress();
        QVERIFY2(end.state == TrainState::Stopped, errorOf(end).c_str());
        QCOMPARE(end.step, stopAt);

        TrainJob resumed = jobNamed(job, config), whole = jobNamed(job, config);
        resumed.loadCheckpoint = [checkpoint = before.lastCheckpoint()] { return Result<Checkpoint>(*checkpoint); };
        resumed.segment = 1;
        // A run that was never stopped, with the choices of the one that was: timing them anew may choose others.
        Checkpoint start = *before.checkpoints().front().first;
        Listener after, never;
        end = after.run(std::move(resumed));
        QVERIFY2(end.state == TrainState::Finished, errorOf(end).c_str());
        whole.loadCheckpoint = [start] { return Result<Checkpoint>(start); };
        end = never.run(std::move(whole));
        QVERIFY2(end.state == TrainState::Finished, errorOf(end).c_str());
        QCOMPARE(firstDifference(*never.lastCheckpoint(), *after.lastCheckpoint()), std::string());
        QCOMPARE(never.series("validation/loss").back(), after.series("validation/loss").back());
        QCOMPARE(never.lastCheckpoint()->kernelChoices, after.lastCheckpoint()->kernelChoices);
    }

    // Op by op and looked into, a step is the same step.
    void stepsThatAreLookedIntoGiveTheSameBits_data() { jobs({"points", "images", "restored images", "masks"}); }
    void stepsThatAreLookedIntoGiveTheSameBits()
    {
        QFETCH(QString, job);
        QFETCH(int, precision);
        const TrainingConfig config = configFor(job, "cuda:0", static_cast<Precision>(precision));
        const TrainJob made = jobNamed(job, config);
        const Dataset data = *made.loadData();
        std::vector<SafetensorsFile> ends;
        for (const bool looked : {false, true}) {
            auto model = Model::create(*made.graph, data, config, deviceSettingsOf(config));
            QVERIFY2(model, model ? "" : model.error().message.c_str());
            EpochOrder order(data.train, config.rowsPerStep(), config.seed);
            order.begin(0);
            for (std::int64_t step = 0; step < 6; ++step) {
                const StepScalars scalars{config.seed, static_cast<std::uint64_t>(step), 0.01f, static_cast<std::int32_t>(config.batchSize)};
                if (looked) {
                    const auto found = model->trainStepChecked(order.batch(step), scalars);
                    QVERIFY2(found, found ? "" : found.error().message.c_str());
                    QVERIFY2(!*found, (*found ? (*found)->op : std::string()).c_str());
                } else {
                    QVERIFY(model->trainStep(order.batch(step), scalars));
                }
            }
            ends.push_back(model->tensors().value());
        }
        QCOMPARE(firstDifference({.tensors = ends[0]}, {.tensors = ends[1]}), std::string());
    }

    void theLayerWhereNumbersAreLostIsNamed_data()
    {
        QTest::addColumn<int>("precision");
        for (const Precision precision : {Precision::Float32, Precision::BFloat16})
            QTest::newRow(precisionName(precision)) << static_cast<int>(precision);
    }
    void theLayerWhereNumbersAreLostIsNamed()
    {
        QFETCH(int, precision);
        TrainingConfig config = configOn("cuda:0", static_cast<Precision>(precision));
        config.optimizer.type = "sgd";
        config.optimizer.learningRate = 1e38;
        Listener gpu;
        const TrainProgress end = gpu.run(smallJob(config));
        QCOMPARE(end.state, TrainState::Failed);
        QVERIFY2(end.error->message.find(" came out of ") != std::string::npos, end.error->message.c_str());
        QVERIFY2(!end.error->node.empty(), end.error->message.c_str());
        if (config.precision != Precision::Float32)
            return;
        config.device = "cpu";
        Listener cpu;
        QCOMPARE(end.error->node, cpu.run(smallJob(config)).error->node);
    }

    void theForecastIsWhatTheRunTakes_data() { jobs(); }
    void theForecastIsWhatTheRunTakes()
    {
        QFETCH(QString, job);
        QFETCH(int, precision);
        const TrainingConfig config = configFor(job, "cuda:0", static_cast<Precision>(precision));
        TrainJob made = jobNamed(job, config);
        const Dataset data = *made.loadData();
        const auto told = forecast(*made.graph, dataTypesOf(data), config);
        QVERIFY2(told, told ? "" : told.error().message.c_str());
        std::uint64_t arena = 0, onDevice = 0;
        made.onPrepared = [&](const RunFacts &facts) {
            arena = facts.arenaBytes;
            onDevice = facts.deviceDataBytes;
        };
        Listener listener;
        const TrainProgress end = listener.run(std::move(made));
        QVERIFY2(end.state == TrainState::Finished, errorOf(end).c_str());
        QVERIFY(arena > 0 && onDevice > 0);
        QCOMPARE(told->arenaBytes, arena);
        QCOMPARE(told->deviceDataBytes, onDevice);
        QCOMPARE(told->bytes.total(), told->arenaBytes);
    }

    void aRunThatDoesNotFitIsReportedAndTheNextOneStarts()
    {
        TrainingConfig large = configOn("cuda:0");
        large.memoryLimitMiB = 1;
        Listener listener;
        const TrainProgress end = listener.run(hugeJob(large));
        QCOMPARE(end.state, TrainState::Failed);
        QVERIFY2(end.error->code == ErrorCode::OutOfMemory, errorOf(end).c_str());
        for (const char *word : {"dense_2", "the limit is"})  // who asks for it, and of how much
            QVERIFY2(end.error->message.find(word) != std::string::npos, end.error->message.c_str());
        Listener next;
        QVERIFY(next.run(smallJob(configOn("cuda:0"))).state == TrainState::Finished);
    }

    void aDeviceThatIsFullIsReportedAndTheNextRunStarts()
    {
        TRAINYARD_NEEDS_SIMULATION();
        {
            const Setting memory("TRAINYARD_SIMULATED_MEMORY_MIB", "1");
            Listener listener;
            const TrainProgress end = listener.run(hugeJob(configOn("cuda:0")));
            QCOMPARE(end.state, TrainState::Failed);
            QVERIFY2(end.error->code == ErrorCode::OutOfMemory, errorOf(end).c_str());
        }
        Listener next;
        QVERIFY(next.run(smallJob(configOn("cuda:0"))).state == TrainState::Finished);
    }

    void aFaultOfTheDeviceEndsTheRunAndTheNextOneStarts_data()
    {
        QTest::addColumn<int>("step");
        QTest::addColumn<QByteArray>("schedule");
        for (const int step : {1, 2, 7, 20})
            for (const char *schedule : {"eager", "lazy"})
                QTest::addRow("step %d, %s", step, schedule) << step << QByteArray(schedule);
    }

    void aFaultOfTheDeviceEndsTheRunAndTheNextOneStarts()
    {
        TRAINYARD_NEEDS_SIMULATION();
        QFETCH(int, step);
        QFETCH(QByteArray, schedule);
        const Setting order("TRAINYARD_SIMULATED_SCHEDULE", schedule);
        Listener listener;
        {
            const Setting fault("TRAINYARD_SIMULATED_FAULT", "step:" + QByteArray::number(step));
            TrainingConfig config = configOn("cuda:0");
            config.checkpointEveryEpochs = 1;
            const TrainProgress end = listener.run(smallJob(config));
            QCOMPARE(end.state, TrainState::Failed);
            QVERIFY2(errorOf(end).find("illegal memory access") != std::string::npos, errorOf(end).c_str());
        }
        Listener next;
        const TrainProgress end = next.run(smallJob(configOn("cuda:0")));
        QVERIFY2(end.state == TrainState::Finished, errorOf(end).c_str());
    }

    // What the device does in which order is its own affair: a run that waits for all it needs gives the same bits.
    void theScheduleOfTheDeviceDoesNotMatter_data()
    {
        QTest::addColumn<QByteArray>("schedule");
        QTest::addColumn<bool>("streamed");
        for (const char *schedule : {"lazy", "random:1", "random:2", "random:3"})
            for (const bool streamed : {false, true})
                QTest::addRow("%s%s", schedule, streamed ? ", data streamed" : "") << QByteArray(schedule) << streamed;
    }

    void theScheduleOfTheDeviceDoesNotMatter()
    {
        TRAINYARD_NEEDS_SIMULATION();
        QFETCH(QByteArray, schedule);
        QFETCH(bool, streamed);
        const TrainingConfig config = configOn("cuda:0");
        Listener eager, other;
        eager.run(streamed ? wideJob(config) : smallJob(config));
        const Setting order("TRAINYARD_SIMULATED_SCHEDULE", schedule);
        TrainJob job = streamed ? wideJob(config) : smallJob(config);
        job.config.memoryLimitMiB = streamed ? 2 : 0;
        bool streams = false;
        job.onPrepared = [&](const RunFacts &facts) { streams = facts.dataPlacement == DataPlacement::Streamed; };
        const TrainProgress end = other.run(std::move(job));
        QVERIFY2(end.state == TrainState::Finished, errorOf(end).c_str());
        QCOMPARE(streams, streamed);
        sameRuns(eager, other);
    }

    // The last one: this process gets no device any more.
    void aDeviceThatStaysLostIsSaidToBe()
    {
        TRAINYARD_NEEDS_SIMULATION();
        const Setting fault("TRAINYARD_SIMULATED_FAULT", "step:3,for good");
        Listener listener, next;
        QCOMPARE(listener.run(smallJob(configOn("cuda:0"))).state, TrainState::Failed);
        const TrainProgress end = next.run(smallJob(configOn("cuda:0")));
        QCOMPARE(end.state, TrainState::Failed);
        QVERIFY2(errorOf(end).find("illegal memory access") != std::string::npos, errorOf(end).c_str());
        Listener onCpu;
        QCOMPARE(onCpu.run(smallJob(configOn("cpu"))).state, TrainState::Finished);
    }
};

QTEST_GUILESS_MAIN(TestTrainingGpu)
#include "tst_training_gpu.moc"
