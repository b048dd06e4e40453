// Recomputation and layers in float32 on the GPU: the bits of a run that keeps everything, the arena as forecast.
#include <QtTest>

#include "engine/api/forecast.h"
#include "tests/engine/train/small_job.h"
#include "tests/gpu/gpu_device.h"

using namespace trainyard;
using namespace trainyard::test;
using namespace trainyard::tests;

namespace {

using List = std::vector<std::int64_t>;

Dataset noiseImages()
{
    HostTensor features({DType::U8, Shape{96, 8, 8, 2}}), targets({DType::I32, Shape{96}});
    PhiloxSequence random(5, RandomStream::Initialize, 1);
    for (std::uint8_t &pixel : features.as<std::uint8_t>())
        pixel = static_cast<std::uint8_t>(random.uniform() * 255);
    for (std::size_t row = 0; row < 96; ++row)
        targets.as<std::int32_t>()[row] = features.as<std::uint8_t>()[row * 128] > 127;
    return makeDataset(std::move(features), std::move(targets), {}).value();
}

// Of everything that remembers or draws: batch norm, dropout, noise, pooling with its places, layer norm.
Graph imageNet()
{
    return chainOf({{"input", {{"shape", List{8, 8, 2}}}},
                    {"conv2d", {{"filters", std::int64_t{8}}, {"bias", false}}},
                    {"batch_norm", {}},
                    {"relu", {}},
                    {"gaussian_noise", {}},
                    {"conv2d", {{"filters", std::int64_t{8}}}},
                    {"gelu", {}},
                    {"max_pool2d", {}},
                    {"dropout", {{"rate", 0.25}}},
                    {"conv2d", {{"filters", std::int64_t{8}}}},
                    {"layer_norm", {}},
                    {"silu", {}},
                    {"global_avg_pool", {}},
                    {"dense", {{"units", std::int64_t{2}}}},
                    {"softmax_cross_entropy", {}}});
}

// Deep enough for activations to be most of what it takes.
Graph deepNet()
{
    std::vector<std::pair<std::string, ParameterMap>> layers{{"input", {{"shape", List{8, 8, 2}}}}};
    for (int i = 0; i < 6; ++i)
        layers.insert(layers.end(), {{"conv2d", {{"filters", std::int64_t{16}}}}, {"batch_norm", {}}, {"gelu", {}}, {"dropout", {{"rate", 0.25}}}});
    layers.insert(layers.end(), {{"global_avg_pool", {}}, {"dense", {{"units", std::int64_t{2}}}}, {"softmax_cross_entropy", {}}});
    return chainOf(layers);
}

TrainJob jobOf(Graph graph, Precision precision)
{
    TrainJob job;
    job.graph = std::make_shared<const Graph>(std::move(graph));
    job.config = smallConfig();
    job.config.epochs = 2;
    job.config.device = gpuDevice().info.id;
    job.config.precision = precision;
    job.loadData = [] { return Result<Dataset>(noiseImages()); };
    return job;
}

Graph marked(Graph graph, int every)
{
    int number = 0;
    for (const Layer &layer : std::vector<Layer>(graph.layers()))
        if (layer.type != "input" && layer.type != "softmax_cross_entropy")
            graph.edit(layer.id)->recompute = ++number % every != 0 || every == 1;
    return graph;
}

void addPrecisions()
{
    QTest::addColumn<int>("precision");
    for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16})
        QTest::newRow(precisionName(precision)) << static_cast<int>(precision);
}

}  // namespace

class TestRecomputeGpu : public QObject {
    Q_OBJECT
private slots:
    void initTestCase()
    {
        if (!gpuDevice().backend)
            QSKIP(qPrintable(gpuDevice().reason));
    }

    void whatIsWorkedOutTwiceGivesTheSameBits_data() { addPrecisions(); }
    void whatIsWorkedOutTwiceGivesTheSameBits()
    {
        QFETCH(int, precision);
        for (const int batches : {1, 2}) {
            TrainJob job = jobOf(imageNet(), static_cast<Precision>(precision));
            job.config.accumulationSteps = batches;
            job.config.emaDecay = batches > 1 ? 0.9 : 0;
            Listener kept;
            const TrainProgress plain = kept.run(job);
            QVERIFY2(!plain.error, plain.error ? plain.error->message.c_str() : "");
            for (const int every : {1, 2, 3}) {
                job.graph = std::make_shared<const Graph>(marked(imageNet(), every));
                const auto told = forecast(*job.graph, dataTypesOf(noiseImages()), job.config);
                QVERIFY2(told, told ? "" : told.error().message.c_str());
                QVERIFY(told->recomputation);
                Listener again;
                const TrainProgress end = again.run(job);
                QVERIFY2(!end.error, end.error ? end.error->message.c_str() : "");
                QCOMPARE(end.arenaBytes, told->arenaBytes);
                QCOMPARE(firstDifference(*kept.lastCheckpoint(), *again.lastCheckpoint()), std::string());
                QCOMPARE(again.series("train/loss"), kept.series("train/loss"));
            }
        }
    }

    void theAutomaticChoiceFits_data() { addPrecisions(); }
    void theAutomaticChoiceFits()
    {
        QFETCH(int, precision);
        TrainJob job = jobOf(deepNet(), static_cast<Precision>(precision));
        job.config.batchSize = 48;
        Listener kept;
        QVERIFY(!kept.run(job).error);
        const DataTypes types = dataTypesOf(noiseImages());
        const auto without = forecast(*job.graph, types, job.config);
        QVERIFY2(without, without ? "" : without.error().message.c_str());
        job.config.recompute = true;
        job.config.recomputeMiB = static_cast<std::int64_t>((without->arenaBytes * 8 / 10) >> 20);
        QVERIFY(job.config.recomputeMiB > 0);
        const auto told = forecast(*job.graph, types, job.config);
        QVERIFY2(told, told ? "" : told.error().message.c_str());
        QVERIFY(told->recomputation && told->recomputation->extraFlops > 0);
        QVERIFY(told->arenaBytes <= static_cast<std::uint64_t>(job.config.recomputeMiB) << 20);
        Listener listener;
        const TrainProgress end = listener.run(job);
        QVERIFY2(!end.error, end.error ? end.error->message.c_str() : "");
        QCOMPARE(end.arenaBytes, told->arenaBytes);
        QCOMPARE(firstDifference(*kept.lastCheckpoint(), *listener.lastCheckpoint()), std::string());
    }

    void layersInFloat32AreSoInA16BitRun_data() { addPrecisions(); }
    void layersInFloat32AreSoInA16BitRun()
    {
        QFETCH(int, precision);
        if (static_cast<Precision>(precision) == Precision::Float32)
            return;
        for (const std::vector<const char *> &names :
             {std::vector<const char *>{"conv2d"}, {"dense"}, {"layer_norm", "silu"}, {"batch_norm", "max_pool2d", "dropout"}, {"conv2d", "dense"}}) {
            Graph graph = imageNet();
            for (const char *name : names)
                graph.edit(graph.findByName(name)->id)->precision = "float32";
            TrainJob job = jobOf(graph, static_cast<Precision>(precision));
            const auto told = forecast(graph, dataTypesOf(noiseImages()), job.config);
            QVERIFY2(told, told ? "" : told.error().message.c_str());
            Listener listener;
            const TrainProgress end = listener.run(job);
            QVERIFY2(!end.error, end.error ? end.error->message.c_str() : "");
            QCOMPARE(end.arenaBytes, told->arenaBytes);
            QVERIFY(std::isfinite(listener.series("train/loss").back().second));
        }
    }

    void aNetworkOnSeveralDevicesIsRefused()
    {
        Graph graph = marked(imageNet(), 2);
        graph.edit(graph.findByName("dense")->id)->device = "cpu";
        const TrainJob job = jobOf(graph, Precision::Float32);
        const auto refused = forecast(graph, dataTypesOf(noiseImages()), job.config);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Unsupported);
        QVERIFY2(refused.error().message.find("on one device") != std::string::npos, refused.error().message.c_str());
    }

    // All layers as exceptions are a float32 run, to the bit.
    void aRunOfExceptionsIsAFloat32Run()
    {
        Graph graph = imageNet();
        for (const Layer &layer : std::vector<Layer>(graph.layers()))
            graph.edit(layer.id)->precision = "float32";
        Listener exceptions, whole;
        const TrainProgress end = exceptions.run(jobOf(graph, Precision::BFloat16));
        QVERIFY2(!end.error, end.error ? end.error->message.c_str() : "");
        QVERIFY(!whole.run(jobOf(imageNet(), Precision::Float32)).error);
        QCOMPARE(firstDifference(*exceptions.lastCheckpoint(), *whole.lastCheckpoint()), std::string());
        QCOMPARE(exceptions.series("train/loss"), whole.series("train/loss"));
    }
};

QTEST_GUILESS_MAIN(TestRecomputeGpu)
#include "tst_recompute_gpu.moc"
