#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

#include "engine/api/forecast.h"
#include "engine/program/metric_names.h"
#include "tests/engine/api/bad_settings.h"

using namespace trainyard;
using namespace trainyard::test;

// What cannot be trained is said by the checks alone, and no run of it begins.
class TestBadSettings : public QObject {
    Q_OBJECT

    // What the editor, the forecast and the run check, in their order.
    static Status checked(const Project &project, const Dataset &dataset)
    {
        TRAINYARD_CHECK(checkTraining(project.training, static_cast<std::int64_t>(dataset.train.size())));
        TRAINYARD_CHECK(checkGraph(project.graph, dataset));
        return checkMetrics(project.graph, project.training.metrics);
    }

private slots:
    void eachIsNamedByTheChecksAndByTheRun_data()
    {
        QTest::addColumn<int>("index");
        const auto all = badSettings();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::newRow(all[i].name) << static_cast<int>(i);
    }

    void eachIsNamedByTheChecksAndByTheRun()
    {
        QFETCH(int, index);
        const BadSetting bad = badSettings()[static_cast<std::size_t>(index)];
        const QTemporaryDir folder;
        Project project = copyOfSample("iris", folder.path().toStdString());
        const Dataset dataset = loadDataset(project.data, project.folder).value();
        QVERIFY(checked(project, dataset));
        bad.make(project);
        const Status status = checked(project, dataset);
        QVERIFY(!status);
        QCOMPARE(status.error().node, bad.layer);
        QVERIFY2(status.error().message.find(bad.says) != std::string::npos, status.error().message.c_str());
        if (bad.ofNetwork) {
            const GraphAnalysis analysis = analyze(project.graph, signatureOf(dataset));
            QCOMPARE(project.graph.find(analysis.problems.front().layer)->name, bad.layer);
            QVERIFY(!forecast(project.graph, dataTypesOf(dataset), project.training));
        }
        const EndedRun run = runToTheEnd(project);
        QCOMPARE(run.progress.state, TrainState::Failed);
        QCOMPARE(run.progress.step, std::int64_t{0});
        QCOMPARE(run.progress.error->message, status.error().message);
        QCOMPARE(run.progress.error->node, bad.layer);
    }

    void aLearningRateIsAFiniteNumberAboveZero()
    {
        TrainingConfig config;
        for (const double rate : {0.0, -0.1, static_cast<double>(INFINITY), std::nan("")}) {
            config.optimizer.learningRate = rate;
            const Status status = checkTraining(config, 100);
            QVERIFY2(!status, std::to_string(rate).c_str());
            QCOMPARE(status.error().node, std::string("optimizer.learning_rate"));
        }
    }

    void metricsOfANetworkThatDoesNotRunAreNotJudged()
    {
        Project project = loadProject(sampleFolder("iris")).value();
        QVERIFY(!checkMetrics(project.graph, {"top_5_accuracy"}));
        QVERIFY(checkMetrics(project.graph, {"top_3_accuracy"}));
        QVERIFY(checkMetrics(project.graph, {}));
        badSettings().front().make(project);
        QVERIFY(checkMetrics(project.graph, {"top_5_accuracy"}));
    }
};

QTEST_GUILESS_MAIN(TestBadSettings)
#include "tst_bad_settings.moc"
