// Forecasts for GPUs that are not in this machine: the whole plan, cuDNN's workspaces included, from a file of the card's
// properties.
#include <QtTest>

#include <filesystem>

#include "engine/api/forecast.h"
#include "engine/api/project.h"
#include "engine/base/file.h"
#include "engine/base/format.h"
#include "tests/bench/bench_models.h"
#include "tests/gpu/gpu_device.h"

using namespace trainyard;

namespace {

std::string propertiesOf(const QString &card)
{
    const auto text = readFile(std::filesystem::path(TRAINYARD_PROJECTS_DIR) / "../tests/gpu/devices" / (card + ".json").toStdString());
    return text ? *text : std::string();
}

const bench::BenchModel &benchModel(const std::string &name)
{
    const auto &models = bench::benchModels();
    return *std::find_if(models.begin(), models.end(), [&](const bench::BenchModel &one) { return one.name == name; });
}

struct Network {
    Graph graph;
    DataTypes data;
    TrainingConfig config;
};

Result<Network> networkOf(const std::string &model, Precision precision, std::int64_t batch)
{
    const bench::BenchModel &bench = benchModel(model);
    Network network;
    TRAINYARD_TRY(network.graph, bench.makeGraph(bench.sampleShape));
    network.data = {{DType::F32, Shape(bench.sampleShape).withBatch(bench.rows)}, {DType::I32, Shape{bench.rows}}, 1, false};
    network.config.optimizer.type = "sgd";
    network.config.batchSize = batch;
    network.config.precision = precision;
    return network;
}

}  // namespace

class TestForecastForGpus : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { TRAINYARD_NEEDS_GPU(); }  // the module, that is: the card itself is read from a file

    void largeNetworksArePlannedForCardsThatAreNotHere_data()
    {
        QTest::addColumn<QString>("card");
        QTest::addColumn<QString>("model");
        QTest::addColumn<int>("batch");
        for (const char *card : {"h200", "a100", "rtx4090"}) {
            QTest::addRow("ResNet-18 on %s", card) << card << "resnet18" << 512;
            QTest::addRow("ResNet-50 on %s", card) << card << "resnet50" << 128;
            QTest::addRow("LeNet-5 on %s", card) << card << "lenet5" << 128;
            QTest::addRow("MLP on %s", card) << card << "mlp" << 128;
        }
    }

    void largeNetworksArePlannedForCardsThatAreNotHere()
    {
        QFETCH(QString, card);
        QFETCH(QString, model);
        QFETCH(int, batch);
        const std::string properties = propertiesOf(card);
        QVERIFY(!properties.empty());
        for (const Precision precision : {Precision::Float32, Precision::BFloat16}) {
            const auto network = networkOf(model.toStdString(), precision, batch);
            QVERIFY(network);
            const auto planned = forecast(network->graph, network->data, network->config, properties);
            QVERIFY2(planned, planned ? "" : planned.error().message.c_str());
            QCOMPARE(planned->bytes.total(), planned->arenaBytes);
            QVERIFY(planned->arenaBytes >= planned->lowerBound);
            QVERIFY2(static_cast<double>(planned->arenaBytes) < 1.1 * static_cast<double>(planned->lowerBound),
                     qPrintable(QString("%1 bytes planned, %2 are needed at once").arg(planned->arenaBytes).arg(planned->lowerBound)));
            QVERIFY(planned->available && *planned->available > (std::uint64_t{20} << 30));
            qInfo("%s, batch %d, %s: %s in the arena", QTest::currentDataTag(), batch, precisionName(precision),
                  formatBytes(planned->arenaBytes).c_str());
            // The same again gives the same plan.
            const auto again = forecast(network->graph, network->data, network->config, properties);
            QVERIFY(again);
            QCOMPARE(again->arenaBytes, planned->arenaBytes);
        }
    }

    void sixteenBitsTakeLessThanThirtyTwo()
    {
        const std::string properties = propertiesOf("h200");
        const auto full = networkOf("resnet50", Precision::Float32, 128), half = networkOf("resnet50", Precision::BFloat16, 128);
        QVERIFY(full && half);
        const auto fullPlan = forecast(full->graph, full->data, full->config, properties);
        const auto halfPlan = forecast(half->graph, half->data, half->config, properties);
        QVERIFY(fullPlan && halfPlan);
        QVERIFY2(static_cast<double>(halfPlan->bytes.activations) < 0.6 * static_cast<double>(fullPlan->bytes.activations),
                 qPrintable(QString("%1 against %2 bytes of activations").arg(halfPlan->bytes.activations).arg(fullPlan->bytes.activations)));
        // Three input channels miss the tensor cores: said, with the layer's name.
        const auto tellsOfPadding = [](const std::string &note) { return note.find("padded to 8") != std::string::npos; };
        QVERIFY(std::any_of(halfPlan->notes.begin(), halfPlan->notes.end(), tellsOfPadding));
    }

    void theLargestBatchThatFitsIsTheLargest()
    {
        const std::string properties = propertiesOf("h200");
        auto network = networkOf("lenet5", Precision::BFloat16, 128);
        QVERIFY(network);
        const std::uint64_t budget = std::uint64_t{64} << 20;
        const auto largest = largestBatch(network->graph, network->data, network->config, budget, properties);
        QVERIFY2(largest, largest ? "" : largest.error().message.c_str());
        QVERIFY(*largest > 1 && *largest < benchModel("lenet5").rows);
        const auto taken = [&](std::int64_t batch) {
            network->config.batchSize = batch;
            const auto planned = forecast(network->graph, network->data, network->config, properties);
            return planned ? planned->arenaBytes + planned->deviceDataBytes : std::uint64_t{0};
        };
        QVERIFY(taken(*largest) <= budget);
        QVERIFY(taken(*largest + 1) > budget);
    }

    void aFileThatIsNoCardIsRefusedWithItsReason()
    {
        const auto network = networkOf("mlp", Precision::Float32, 32);
        QVERIFY(network);
        const auto planned = forecast(network->graph, network->data, network->config, "{\"name\": \"a card\"}");
        QVERIFY(!planned);
        QCOMPARE(static_cast<int>(planned.error().code), static_cast<int>(ErrorCode::InvalidFile));
    }
};

QTEST_GUILESS_MAIN(TestForecastForGpus)
#include "tst_forecast_for_gpus.moc"
