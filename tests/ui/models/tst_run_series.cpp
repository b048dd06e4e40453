#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "ui/models/run_difference_model.h"
#include "ui/models/run_export.h"
#include "ui/models/run_project.h"
#include "ui/models/run_series.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

RunCurves curvesOf(const QStringList &series, double value = 0.5)
{
    RunCurves curves;
    for (const QString &name : series)
        curves[name].append(1, 1000, 0, value);
    return curves;
}

QStringList titlesOf(const std::vector<SeriesChart> &charts)
{
    QStringList titles;
    for (const SeriesChart &chart : charts)
        titles.append(chart.title);
    return titles;
}

}  // namespace

class TestRunSeries : public QObject
{
    Q_OBJECT
private slots:
    void onlyMeasuredSeriesHaveAChart()
    {
        const RunCurves full = curvesOf({"train/loss", "train/epoch_loss", "train/learning_rate", "train/accuracy", "validation/loss",
                                         "validation/accuracy", "throughput/samples", "memory/arena", "cpu/utilization", "best/accuracy"});
        QCOMPARE(titlesOf(chartsFor({&full})),
                 (QStringList{"Validation loss", "Training loss", "Validation accuracy", "Samples per second"}));
        const RunCurves small = curvesOf({"train/loss"});
        QCOMPARE(titlesOf(chartsFor({&small})), QStringList{"Training loss"});
        QCOMPARE(titlesOf(chartsFor({&small, &full})).size(), 4);
        RunCurves declared;
        declared["train/loss"] = {};
        QVERIFY(chartsFor({&declared}).empty());
        QVERIFY(chartsFor({}).empty());
    }

    void withoutAValidationPartTheTrainingMetricIsShown()
    {
        const RunCurves curves = curvesOf({"train/loss", "train/r2"});
        const auto charts = chartsFor({&curves});
        QCOMPARE(titlesOf(charts), (QStringList{"Training loss", "Training R²"}));
        QCOMPARE(charts[1].series, QStringLiteral("train/r2"));
        QCOMPARE(charts[1].background, QString());
    }

    void metricsStandBesideEachOtherAndWhatIsUnknownIsEmpty()
    {
        RunCurves curves = curvesOf({"train/loss", "train/epoch_loss", "train/accuracy", "validation/loss", "validation/accuracy"});
        curves["test/accuracy"].append(10, 1, 0, 0.984);
        const auto rows = metricsOf(curves);
        QCOMPARE(rows.size(), std::size_t{2});
        QCOMPARE(rows[0], (MetricRow{"Loss", "0.500", "0.500", "", ""}));
        QCOMPARE(rows[1], (MetricRow{"Accuracy", "50.0 %", "50.0 %", "98.4 %", ""}));
    }

    void exportedPointsCanBeReadBackExactly()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath("points.csv");
        ExportedRun run{7, QStringLiteral("wide, \"slow\""), {}};
        run.curves["train/loss"].append(1, 1000, 0, 0.1);
        run.curves["train/loss"].append(2, 1001, 1, std::numeric_limits<double>::quiet_NaN());
        run.curves["memory/arena"].unit = "bytes";
        run.curves["memory/arena"].append(2, 1002, 1, 123456789.0);
        QVERIFY(exportPoints(path, {run}).has_value());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("run,name,series,unit,step,time_ms,segment,value\n"
                                            "7,\"wide, \"\"slow\"\"\",memory/arena,bytes,2,1002,1,123456789\n"
                                            "7,\"wide, \"\"slow\"\"\",train/loss,,1,1000,0,0.1\n"
                                            "7,\"wide, \"\"slow\"\"\",train/loss,,2,1001,1,nan\n"));
    }

    void whatCannotBeWrittenIsTold()
    {
        const Status status = exportPoints(QStringLiteral("/nowhere/points.csv"), {});
        QVERIFY(!status);
        QVERIFY(status.error().message.find("/nowhere/points.csv") != std::string::npos);
    }

    void aRunBecomesAProjectAgain()
    {
        Graph graph;
        graph.add("input");
        TrainingConfig training;
        training.epochs = 77;
        DataConfig data;
        data.file = "x.csv";
        RunRecord run;
        run.name = "run 1";
        run.graphJson = nlohmann::ordered_json{{"graph", graphToJson(graph)}, {"layout", layoutToJson(graph)}}.dump();
        run.configJson = nlohmann::ordered_json{{"training", trainingToJson(training)}, {"data", dataToJson(data)}}.dump();
        Project base;
        base.name = "mine";
        base.folder = "/somewhere";
        const auto project = projectOfRun(run, base);
        QVERIFY(project.has_value());
        QCOMPARE(project->name, std::string("mine"));
        QCOMPARE(project->folder, std::filesystem::path("/somewhere"));
        QCOMPARE(project->training.epochs, 77);
        QCOMPARE(project->data.file, std::string("x.csv"));
        QCOMPARE(project->graph.layers().size(), std::size_t{1});
    }

    void aDamagedRecordIsRefused()
    {
        for (const char *text : {"", "{", "[]", "{\"graph\": 3}", "null"}) {
            RunRecord run;
            run.name = "run 1";
            run.graphJson = run.configJson = text;
            const auto project = projectOfRun(run, {});
            QVERIFY2(!project.has_value(), text);
            QVERIFY(!project.error().message.empty());
        }
    }

    void differencesAreATableWithARunInEachColumn()
    {
        RunRecord a, b;
        a.name = "first";
        b.name = "second";
        a.configJson = R"({"training": {"epochs": 10}})";
        b.configJson = R"({"training": {"epochs": 20, "extra": 1}})";
        RunDifferenceModel model;
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        model.setRuns({a, b}, {3, 5});
        model.setRuns({a, b}, {3, 5});
        QCOMPARE(resets.count(), 1);  // nothing new, nothing said
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.columnCount(), 3);
        QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("Epochs"));
        QCOMPARE(model.index(0, 2).data().toString(), QStringLiteral("20"));
        QCOMPARE(model.index(1, 1).data().toString(), QStringLiteral("-"));
        QVERIFY(model.index(1, 1).data(RunDifferenceModel::AbsentRole).toBool());
        QCOMPARE(model.headerData(2, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("second"));
        QCOMPARE(model.headerData(2, Qt::Horizontal, RunDifferenceModel::CurveSlotRole).toInt(), 5);
    }
};

QTEST_APPLESS_MAIN(TestRunSeries)
#include "tst_run_series.moc"
