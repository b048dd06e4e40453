#include <QJsonArray>
#include <QtTest>

#include <csignal>

#include "tests/app/command_line.h"

using namespace trainyard;
using namespace trainyard::test;

// A run that is cut off, in every way a run can be, loses nothing committed and goes on to the same weights.
class TestCliInterrupt : public QObject {
    Q_OBJECT

    // Long enough to be cut off in the middle, short enough to be waited for.
    static TrainingConfig training()
    {
        TrainingConfig config = loadProject(sampleFolder("digits-mlp"))->training;
        config.epochs = 150;
        config.checkpointEveryEpochs = 7;
        return config;
    }

    static std::vector<std::pair<double, double>> lossOf(const Project &project, std::int64_t run, std::uint32_t segment)
    {
        const auto store = historyOf(project);
        const auto all = store->series(run).value();
        std::vector<std::pair<double, double>> points;
        for (const StoredSeries &series : all) {
            if (series.name != "train/loss")
                continue;
            const SeriesData data = store->points(series.id).value();
            for (std::size_t i = 0; i < data.size(); ++i)
                if (data.segment[i] == segment)
                    points.emplace_back(data.step[i], data.value[i]);
        }
        return points;
    }

    // Without opening it for writing: that would already mark the run.
    static bool hasCheckpoint(const Project &project)
    {
        const auto store = RunStore::open(project.database(), OpenMode::ReadOnly);
        const auto checkpoint = store ? (*store)->latestCheckpoint(1) : Result<std::optional<CheckpointRecord>>(std::nullopt);
        return checkpoint && checkpoint->has_value();
    }

    static void compareToTheBit(const Checkpoint &a, const Checkpoint &b)
    {
        QCOMPARE(a.step, b.step);
        QVERIFY(!a.tensors.tensors.empty());
        QCOMPARE(a.tensors.tensors.size(), b.tensors.tensors.size());
        for (std::size_t i = 0; i < a.tensors.tensors.size(); ++i) {
            QCOMPARE(a.tensors.tensors[i].name, b.tensors.tensors[i].name);
            QVERIFY2(a.tensors.tensors[i].tensor.data == b.tensors.tensors[i].tensor.data, a.tensors.tensors[i].name.c_str());
        }
    }

    static QString stateOf(const CommandLine &cli, const Project &project)
    {
        return cli.run({"show", pathOf(project), "1", "--json"}).object()["state"].toString();
    }

private slots:
    void aKilledRunIsListedAndGoesOnToTheSameWeights()
    {
        const CommandLine whole, cut;
        const Project reference = whole.project("digits-mlp", training());
        QCOMPARE(whole.run({"train", pathOf(reference), "--json"}).exitCode, 0);

        const Project project = cut.project("digits-mlp", training());
        QProcess process;
        cut.prepare(process, {"train", pathOf(project), "--json"});
        process.start();
        QTRY_VERIFY_WITH_TIMEOUT(hasCheckpoint(project), 60'000);
        process.kill();  // SIGKILL
        process.waitForFinished();
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);

        const Answer runs = cut.run({"runs", pathOf(project), "--json"});
        QCOMPARE(runs.exitCode, 0);
        QCOMPARE(runs.json().array().first().toObject()["state"].toString(), QString("interrupted"));

        const auto curve = lossOf(reference, 1, 0), before = lossOf(project, 1, 0);
        const Checkpoint last = lastCheckpointOf(project, 1);
        QVERIFY(before.size() < curve.size());
        QVERIFY(before.back().first >= static_cast<double>(last.step));  // points up to the last commit are all there
        QVERIFY(std::equal(before.begin(), before.end(), curve.begin()));

        const Answer resumed = cut.run({"train", pathOf(project), "--resume", "1", "--json"});
        QVERIFY2(resumed.exitCode == 0, resumed.out.constData());
        QCOMPARE(resumed.object()["state"].toString(), QString("finished"));
        QCOMPARE(stateOf(cut, project), QString("finished"));
        compareToTheBit(lastCheckpointOf(reference, 1), lastCheckpointOf(project, 1));
        const auto after = lossOf(project, 1, 1);
        QCOMPARE(after.front().first > static_cast<double>(last.step), true);
        QVERIFY(std::equal(after.rbegin(), after.rend(), curve.rbegin()));
    }

    void aSignalStopsAtAStepAndSaves_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("Ctrl-C") << SIGINT;
        QTest::newRow("terminate") << SIGTERM;
        QTest::newRow("terminal closed") << SIGHUP;
    }

    void aSignalStopsAtAStepAndSaves()
    {
        QFETCH(int, signal);
        const CommandLine cli;
        TrainingConfig config = training();
        config.epochs = 100'000;
        const Project project = cli.project("digits-mlp", config);
        QProcess process;
        cli.prepare(process, {"train", pathOf(project), "--json"});
        process.start();
        QTRY_VERIFY_WITH_TIMEOUT(hasCheckpoint(project), 60'000);
        ::kill(static_cast<pid_t>(process.processId()), signal);
        const Answer answer = CommandLine::finish(process);
        QCOMPARE(answer.exitCode, 130);
        QCOMPARE(answer.object()["state"].toString(), QString("stopped"));
        QCOMPARE(stateOf(cli, project), QString("stopped"));
        const Checkpoint checkpoint = lastCheckpointOf(project, 1);
        QCOMPARE(checkpoint.step, answer.object()["step"].toInteger());
        const auto epochs = QString::number(checkpoint.epoch + 2);
        QCOMPARE(cli.run({"train", pathOf(project), "--resume", "1", "--epochs", epochs, "--json"}).exitCode, 0);
    }

    void aRunOfALivingProcessIsLeftAlone()
    {
        const CommandLine cli;
        TrainingConfig config = training();
        config.epochs = 100'000;
        const Project project = cli.project("digits-mlp", config);
        QProcess process;
        cli.prepare(process, {"train", pathOf(project), "--json"});
        process.start();
        QTRY_VERIFY_WITH_TIMEOUT(hasCheckpoint(project), 60'000);
        QCOMPARE(stateOf(cli, project), QString("running"));
        const Answer second = cli.run({"train", pathOf(project), "--resume", "1", "--json"});
        QCOMPARE(second.exitCode, 3);
        QVERIFY2(second.message().contains("running in another process"), qPrintable(second.message()));
        const Answer beside = cli.run({"train", pathOf(project), "--epochs", "2", "--json"});  // another run of the same project
        QCOMPARE(beside.exitCode, 0);
        QCOMPARE(beside.object()["run"].toInt(), 2);
        QCOMPARE(stateOf(cli, project), QString("running"));
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QCOMPARE(CommandLine::finish(process).exitCode, 130);
    }

    void whoeverReadsTheOutputMayLeave()
    {
        const CommandLine cli;
        TrainingConfig config = training();
        config.epochs = 60;
        const Project project = cli.project("digits-mlp", config);
        QProcess process;
        cli.prepare(process, {"train", pathOf(project)});
        process.start();
        QVERIFY(process.waitForReadyRead(60'000));
        process.closeReadChannel(QProcess::StandardOutput);
        QCOMPARE(CommandLine::finish(process).exitCode, 0);
        QCOMPARE(stateOf(cli, project), QString("finished"));
    }
};

QTEST_GUILESS_MAIN(TestCliInterrupt)
#include "tst_cli_interrupt.moc"
