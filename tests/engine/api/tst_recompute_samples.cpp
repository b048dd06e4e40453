// Recomputation in the sample projects: the same bits, the arena as forecast, fewer bytes.
#include <QtTest>

#include <cstring>

#include "engine/api/forecast.h"
#include "engine/backends/compile_placed.h"
#include "engine/program/choose_recomputation.h"
#include "engine/train/epoch_order.h"
#include "tests/engine/api/sample_project.h"

using namespace trainyard;
using namespace trainyard::test;

namespace {

constexpr int kSteps = 3;

Project smallSample(const QString &id)
{
    Project project = loadProject(sampleFolder(id.toStdString())).value();
    project.training.device = "cpu";
    project.training.threads = 1;
    project.training.batchSize = std::min<std::int64_t>(project.training.batchSize, 16);
    return project;
}

void markEverySecond(Graph &graph, bool all)
{
    bool mark = true;
    for (const Layer &layer : std::vector<Layer>(graph.layers()))
        if (const LayerSpec *spec = findLayer(layer.type); spec && spec->category != Category::Input && spec->category != Category::Loss) {
            graph.edit(layer.id)->recompute = mark;
            mark = all || !mark;
        }
}

struct Trained {
    std::vector<std::byte> state;  // all tensors, then the sums of the metrics
    std::uint64_t allocated = 0;
};

Trained train(const Graph &graph, const Dataset &dataset, const TrainingConfig &config)
{
    auto model = Model::create(graph, dataset, config, deviceSettingsOf(config));
    if (!model)
        throw std::runtime_error(model.error().message);
    EpochOrder order(dataset.train, config.rowsPerStep(), config.seed);
    order.begin(0);
    for (std::uint64_t step = 0; step < kSteps; ++step) {
        const StepScalars scalars{config.seed, step, static_cast<float>(config.optimizer.learningRate), static_cast<std::int32_t>(config.batchSize)};
        if (const Status ran = model->trainStep(order.batch(static_cast<std::int64_t>(step) % order.stepsPerEpoch()), scalars); !ran)
            throw std::runtime_error(ran.error().message);
    }
    Trained result;
    result.allocated = model->allocatedBytes();
    const SafetensorsFile file = model->tensors().value();
    for (const NamedTensor &tensor : file.tensors)
        result.state.insert(result.state.end(), tensor.tensor.data.begin(), tensor.tensor.data.end());
    const std::vector<double> sums = model->trainingSums().value();
    const auto bytes = std::as_bytes(std::span(sums));
    result.state.insert(result.state.end(), bytes.begin(), bytes.end());
    return result;
}

}  // namespace

class TestRecomputeSamples : public QObject {
    Q_OBJECT

    static void everySample()
    {
        QTest::addColumn<QString>("id");
        for (const std::string &id : kSampleIds)
            QTest::newRow(id.c_str()) << QString::fromStdString(id);
    }

private slots:
    void whatIsWorkedOutTwiceGivesTheSameBits_data() { everySample(); }
    void whatIsWorkedOutTwiceGivesTheSameBits()
    {
        QFETCH(QString, id);
        Project project = smallSample(id);
        const Dataset dataset = loadDataset(project.data, project.folder).value();
        struct Form {
            std::int64_t accumulated;
            double average;
        };
        for (const Form &form : {Form{1, 0}, Form{2, 0.99}}) {
            project.training.accumulationSteps = form.accumulated;
            project.training.emaDecay = form.average;
            const Trained plain = train(project.graph, dataset, project.training);
            for (const bool all : {false, true}) {
                Graph graph = project.graph;
                markEverySecond(graph, all);
                const auto told = forecast(graph, dataTypesOf(dataset), project.training);
                QVERIFY2(told, told ? "" : told.error().message.c_str());
                QVERIFY(told->recomputation && told->recomputation->ops > 0);
                QCOMPARE(told->recomputation->arenaBytesWithout, plain.allocated);
                const Trained again = train(graph, dataset, project.training);
                QCOMPARE(told->arenaBytes, again.allocated);
                QCOMPARE(told->bytes.total(), told->arenaBytes);
                std::uint64_t layers = 0;
                for (const LayerMemory &layer : told->layers)
                    layers += layer.bytes.total();
                QCOMPARE(layers, told->arenaBytes);
                QCOMPARE(again.state.size(), plain.state.size());
                QVERIFY(std::memcmp(again.state.data(), plain.state.data(), plain.state.size()) == 0);
            }
        }
    }

    // What the choice promises by the plan without it is what the device's plan then takes, to the byte.
    void theChoiceIsThePlan_data() { everySample(); }
    void theChoiceIsThePlan()
    {
        QFETCH(QString, id);
        const Project project = smallSample(id);
        const Dataset dataset = loadDataset(project.data, project.folder).value();
        const auto backend = openBackend("cpu").value();
        const auto programs = buildTrainingPrograms(project.graph, dataTypesOf(dataset), project.training, backend->device()).value();
        const std::vector<const Program *> pointers{&programs[0], &programs[1]};
        const auto settings = deviceSettingsOf(project.training);
        const auto without = compilePlaced(pointers, *backend, settings).value();
        const MemoryPlan &plan = without->memoryPlan(0);
        const std::vector<const MemoryPlan *> plans{&plan, &without->memoryPlan(1)};
        // A part of what the plan shares over time; what lives from step to step stays, and so does the scratch of a convolution by
        // Winograd's algorithm, which shapes-resnet has.
        const std::uint64_t percent = id == "shapes-resnet" ? 70 : 60;
        const std::uint64_t budget = plan.persistentBytes + plan.transientBytes * percent / 100;
        const RecomputeChoice choice = chooseRecomputation(pointers, plans, OpChoice(programs[0].list.ops.size()), budget);
        const Recomputed again = recompute(programs[0], choice.ops);
        const auto with = compilePlaced(std::vector<const Program *>{&again.program, &programs[1]}, *backend, settings).value();
        QCOMPARE(with->arenaBytes(), choice.arenaBytes);
        QVERIFY(choice.arenaBytes <= plan.arenaBytes());
        qInfo("%s: %llu of %llu bytes (budget %llu), %.1f %% more work", qPrintable(id), static_cast<unsigned long long>(with->arenaBytes()),
              static_cast<unsigned long long>(plan.arenaBytes()), static_cast<unsigned long long>(budget), 100 * choice.flops / programs[0].flops());
        if (id == "char-gpt" || id == "shapes-resnet" || id == "shapes-segmentation")  // where activations are most of it
            QVERIFY(choice.arenaBytes <= budget);
    }

    void aRunIsMadeToFit_data()
    {
        QTest::addColumn<QString>("id");
        for (const char *id : {"char-gpt", "shapes-resnet"})
            QTest::newRow(id) << id;
    }
    void aRunIsMadeToFit()
    {
        QFETCH(QString, id);
        Project project = smallSample(id);
        const Dataset dataset = loadDataset(project.data, project.folder).value();
        const DataTypes types = dataTypesOf(dataset);
        const Trained plain = train(project.graph, dataset, project.training);
        project.training.recompute = true;
        project.training.recomputeMiB = static_cast<std::int64_t>((plain.allocated * 3 / 4) >> 20);
        const auto told = forecast(project.graph, types, project.training);
        QVERIFY2(told, told ? "" : told.error().message.c_str());
        QVERIFY(told->arenaBytes <= static_cast<std::uint64_t>(project.training.recomputeMiB) << 20);
        QVERIFY(told->recomputation && !told->recomputation->layers.empty() && told->recomputation->extraFlops > 0);
        const Trained again = train(project.graph, dataset, project.training);
        QCOMPARE(told->arenaBytes, again.allocated);
        QCOMPARE(again.state, plain.state);

        // Room enough: nothing is worked out twice.
        project.training.recomputeMiB = 1 << 20;
        QVERIFY(!forecast(project.graph, types, project.training)->recomputation);
        // Too little: said with the numbers.
        project.training.recomputeMiB = 1;
        const auto refused = forecast(project.graph, types, project.training);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::OutOfMemory);
        QVERIFY2(refused.error().message.find("1.05 MB") != std::string::npos, refused.error().message.c_str());
    }

    void theLargestBatchIsLargerWithRecomputation()
    {
        Project project = smallSample("shapes-segmentation");
        const Dataset dataset = loadDataset(project.data, project.folder).value();
        const DataTypes types = dataTypesOf(dataset);
        constexpr std::uint64_t kBudget = std::uint64_t{8} << 20;
        const std::int64_t without = largestBatch(project.graph, types, project.training, kBudget).value();
        project.training.recompute = true;
        project.training.recomputeMiB = 8;
        const std::int64_t with = largestBatch(project.graph, types, project.training, kBudget).value();
        QVERIFY2(with > without, qPrintable(QString("%1 %2").arg(with).arg(without)));
        project.training.batchSize = with;
        QVERIFY(forecast(project.graph, types, project.training)->arenaBytes <= kBudget);
    }
};

QTEST_GUILESS_MAIN(TestRecomputeSamples)
#include "tst_recompute_samples.moc"
