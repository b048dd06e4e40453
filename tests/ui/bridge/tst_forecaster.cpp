#include <QtTest>

#include <QSignalSpy>

#include "tests/ui/bridge/tiny_project.h"
#include "ui/bridge/forecaster.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

namespace {

struct Bench {
    QTemporaryDir dir;
    ProjectDocument document;
    DataLoader loader{document};
    Forecaster forecaster{document, loader};

    explicit Bench(bool open = true)
    {
        if (open)
            document.reset(tinyProject(dir));
    }
};

}  // namespace

class TestForecaster : public QObject
{
    Q_OBJECT
private slots:
    void itIsTheEnginesForecastToTheByte()
    {
        Bench bench;
        QTRY_VERIFY(bench.forecaster.forecast().has_value());
        const auto expected = forecast(bench.document.graph(), *bench.loader.types(), bench.document.training());
        QVERIFY(expected.has_value());
        QCOMPARE(bench.forecaster.forecast()->arenaBytes, expected->arenaBytes);
        QCOMPARE(bench.forecaster.forecast()->bytes.total(), expected->arenaBytes);
        QVERIFY(bench.forecaster.reason().isEmpty());
    }

    void everyEditMakesANewOne()
    {
        Bench bench;
        QTRY_VERIFY(bench.forecaster.forecast().has_value());
        const std::uint64_t before = bench.forecaster.forecast()->arenaBytes;
        TrainingConfig training = bench.document.training();
        training.batchSize = 256;
        bench.document.setTraining(training, QStringLiteral("Set batch size to 256"));
        QVERIFY(!bench.forecaster.isCurrent());
        QTRY_VERIFY(bench.forecaster.isCurrent());
        QVERIFY(bench.forecaster.forecast()->arenaBytes > before);
        bench.document.undoStack()->undo();
        QTRY_VERIFY(bench.forecaster.isCurrent() && bench.forecaster.forecast()->arenaBytes == before);
    }

    void anEmptyNetworkIsTheReason()
    {
        Bench bench(false);
        QSignalSpy changed(&bench.forecaster, &Forecaster::changed);
        bench.document.reset(Project());
        QTRY_VERIFY(changed.count() > 0);
        QVERIFY(!bench.forecaster.forecast());
        QCOMPARE(bench.forecaster.reason(), QStringLiteral("The network is empty."));
    }

    void dataThatCannotBeLoadedAreTheReason()
    {
        Bench bench(false);
        Project project = tinyProject(bench.dir);
        project.data.file = "nowhere.csv";
        bench.document.reset(project);
        QTRY_COMPARE(bench.forecaster.reason(), QStringLiteral("The data cannot be loaded."));
        QVERIFY(!bench.forecaster.forecast());
    }

    void aBrokenNetworkIsTheReason()
    {
        Bench bench;
        QTRY_VERIFY(bench.forecaster.forecast().has_value());
        bench.document.remove({bench.document.graph().layers()[1].id}, {});
        QTRY_COMPARE(bench.forecaster.reason(), QStringLiteral("The network has problems."));
        QVERIFY(!bench.forecaster.forecast());
        bench.document.undoStack()->undo();
        QTRY_VERIFY(bench.forecaster.forecast().has_value());
    }

    void aSettingOutOfItsRangeIsTheReasonWithItsNumbers()
    {
        Bench bench(false);
        Project project = tinyProject(bench.dir);
        project.training.batchSize = 0;
        bench.document.reset(project);
        QTRY_VERIFY2(bench.forecaster.reason().contains(QStringLiteral("batch size")), qPrintable(bench.forecaster.reason()));
        QVERIFY(!bench.forecaster.forecast());
    }

    void theLargestBatchIsTheEngines()
    {
        Bench bench;
        QTRY_VERIFY(bench.forecaster.forecast().has_value());
        QVERIFY(!bench.forecaster.largestBatch());
        bench.forecaster.findLargestBatch();
        QVERIFY(bench.forecaster.isSearching());
        QTRY_VERIFY(bench.forecaster.largestBatch().has_value());
        QVERIFY(!bench.forecaster.isSearching());
        const auto expected = largestBatch(bench.document.graph(), *bench.loader.types(), bench.document.training(), *bench.forecaster.forecast()->available);
        QCOMPARE(*bench.forecaster.largestBatch(), *expected);
    }

    void anEditWhileLookingForTheLargestBatchEndsTheSearch()
    {
        Bench bench;
        QTRY_VERIFY(bench.forecaster.forecast().has_value());
        bench.forecaster.findLargestBatch();
        TrainingConfig training = bench.document.training();
        training.optimizer.type = "sgd";
        bench.document.setTraining(training, QStringLiteral("Choose SGD"));
        QVERIFY(!bench.forecaster.isSearching());
        QTRY_VERIFY(bench.forecaster.isCurrent());
        QTest::qWait(100);
        QVERIFY(!bench.forecaster.largestBatch());
    }
};

QTEST_MAIN(TestForecaster)
#include "tst_forecaster.moc"
