// Every sample project with each of its layers in turn on another device: it trains to the same bits.
#include <QTemporaryDir>
#include <QtTest>

#include <deque>

#include "engine/train/epoch_order.h"
#include "engine/train/model.h"
#include "tests/engine/api/sample_project.h"
#include "tests/engine/backends/placed_run.h"

using namespace trainyard;
using namespace trainyard::test;
using namespace trainyard::tests;

namespace {

constexpr int kSteps = 4;

void check(const Status &status)
{
    if (!status)
        throw std::runtime_error(status.error().message + " " + status.error().detail);
}

struct Outcome {
    std::map<std::string, std::vector<std::byte>> state;
    std::vector<double> training, validation;
    std::size_t devices = 0;
};

// A few steps and an evaluation of the first validation rows. `together` puts the same ops on one device after all.
Outcome train(const Project &project, const Dataset &dataset, bool together = false)
{
    NamedBackend cpu("cpu");
    std::vector<Program> programs = buildTrainingPrograms(project.graph, dataTypesOf(dataset), project.training, cpu.device()).value();
    for (Program &program : programs)
        if (together) {
            program.devices = {""};
            for (Op &op : program.list.ops)
                op.device = 0;
        }
    const auto executable = compiledOn(programs, cpu);
    check(executable->allocate());
    const auto bytesOf = [](const std::vector<float> &values) { return std::as_bytes(std::span(values)); };
    for (std::size_t p = 0; p < programs.size(); ++p) {
        check(executable->bind(p, programs[p].features, dataset.features.data));
        check(executable->bind(p, programs[p].featureOffset, bytesOf(dataset.featureOffset)));
        check(executable->bind(p, programs[p].featureScale, bytesOf(dataset.featureScale)));
        if (programs[p].targets != kNoValue)
            check(executable->bind(p, programs[p].targets, dataset.targets.data));
        if (programs[p].targetScale != kNoValue) {
            check(executable->bind(p, programs[p].targetOffset, bytesOf(dataset.targetOffset)));
            check(executable->bind(p, programs[p].targetScale, bytesOf(dataset.targetScale)));
        }
    }
    for (const ParameterInit &init : programs[0].inits) {
        std::vector<float> values(static_cast<std::size_t>(programs[0].list.value(init.value).type.shape.elements()));
        fillParameter(programs[0], init, 5, values);
        check(executable->write(0, init.value, std::as_bytes(std::span(values))));
    }
    EpochOrder order(dataset.train, project.training.batchSize, 5);
    order.begin(0);
    const auto batch = static_cast<std::int32_t>(project.training.batchSize);
    Outcome outcome;
    const auto sums = [&](std::size_t program) {
        check(executable->requestMetrics(program, 0));
        return executable->takeMetrics(true).value().value().sums;
    };
    for (int step = 0; step < kSteps; ++step) {
        executable->setIndices(0, order.batch(step));
        check(executable->run(0, {5, static_cast<std::uint64_t>(step), 0.01f, batch}));
        std::vector<std::int32_t> rows(dataset.validation.begin(),
                                       dataset.validation.begin()
                                           + std::min<std::ptrdiff_t>(batch, std::ssize(dataset.validation)));
        const auto valid = static_cast<std::int32_t>(rows.size());
        rows.resize(static_cast<std::size_t>(batch), 0);
        executable->setIndices(1, rows);
        check(executable->run(1, {0, 0, 0.0f, valid}));
    }
    outcome.training = sums(0);
    outcome.validation = sums(1);
    outcome.state = stateOf(*executable, programs[0]);
    outcome.devices = executable->deviceArenas().size();
    return outcome;
}

}  // namespace

class TestPlacedProjects : public QObject {
    Q_OBJECT
private slots:
    void eachLayerInTurnOnAnotherDevice_data()
    {
        QTest::addColumn<QString>("id");
        for (const std::string &id : kSampleIds)
            QTest::newRow(id.c_str()) << QString::fromStdString(id);
    }

    void eachLayerInTurnOnAnotherDevice()
    {
        QFETCH(QString, id);
        QTemporaryDir folder;
        Project project = copyOfSample(id.toStdString(), folder.path().toStdString());
        project.training.optimizer.clipNorm = 0;  // needs all gradients on one device
        const Dataset dataset = loadDataset(project.data, project.folder).value();
        const Outcome plain = train(project, dataset);
        QCOMPARE(plain.devices, std::size_t{0});
        QVERIFY(std::isfinite(plain.training.front()));
        QVERIFY(plain.training.front() > 0);
        for (const Layer &layer : project.graph.layers()) {
            Project moved = project;
            moved.graph.edit(layer.id)->device = "cuda:0";
            // A border between batch norm and its ReLU makes two ops of what would be one: the same two on one device then.
            bool apart = false;
            for (const Wire &wire : project.graph.wires())
                apart = apart || ((wire.from == layer.id || wire.to == layer.id) && project.graph.find(wire.from)->type == "batch_norm"
                                  && project.graph.find(wire.to)->type == "relu");
            const Outcome expected = apart ? train(moved, dataset, true) : plain, outcome = train(moved, dataset);
            QCOMPARE(outcome.devices, std::size_t{2});
            const std::string name = firstDifference(outcome.state, expected.state);
            QVERIFY2(name.empty(), (layer.name + ": " + name).c_str());
            QVERIFY2(outcome.training == expected.training, layer.name.c_str());
            QVERIFY2(outcome.validation == expected.validation, layer.name.c_str());
        }
    }

    void everySecondLayerOnAnotherDevice_data() { eachLayerInTurnOnAnotherDevice_data(); }

    void everySecondLayerOnAnotherDevice()
    {
        QFETCH(QString, id);
        QTemporaryDir folder;
        Project project = copyOfSample(id.toStdString(), folder.path().toStdString());
        project.training.optimizer.clipNorm = 0;  // needs all gradients on one device
        const Dataset dataset = loadDataset(project.data, project.folder).value();
        const char *devices[] = {"", "cuda:0", "cuda:1"};
        std::size_t next = 0;
        for (const Layer &layer : std::vector<Layer>(project.graph.layers()))
            project.graph.edit(layer.id)->device = devices[next++ % 3];
        const Outcome expected = train(project, dataset, true), outcome = train(project, dataset);
        QCOMPARE(outcome.devices, std::size_t{3});
        const std::string name = firstDifference(outcome.state, expected.state);
        QVERIFY2(name.empty(), name.c_str());
        QVERIFY(outcome.training == expected.training);
        QVERIFY(outcome.validation == expected.validation);
    }
};

QTEST_GUILESS_MAIN(TestPlacedProjects)
#include "tst_placed_projects.moc"
