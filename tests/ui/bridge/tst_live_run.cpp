#include <QtTest>

#include <QSignalSpy>

#include "tests/ui/bridge/tiny_project.h"
#include "ui/bridge/live_run.h"
#include "ui/bridge/run_library.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

namespace {

constexpr int kLong = 20'000;

struct Bench {
    QTemporaryDir dir;
    RunLibrary library;
    LiveRun run;
    Project project;

    explicit Bench(std::int64_t epochs = 100'000) : project(tinyProject(dir, epochs)) { library.open(project.database()); }
    void start(std::optional<std::int64_t> resume = std::nullopt)
    {
        run.start(std::make_shared<const Project>(project), library.store(), resume);
    }
    bool startAndWait()
    {
        start();
        return QTest::qWaitFor([this] { return run.progress().state == TrainState::Running && run.curves().count(QStringLiteral("train/loss")) > 0; }, kLong);
    }
    bool stopAndWait()
    {
        run.stop();
        return QTest::qWaitFor([this] { return !run.isActive(); }, kLong);
    }
    bool hasEvent(EventKind kind) const
    {
        return std::any_of(run.events().begin(), run.events().end(), [&](const RunEvent &event) { return event.kind == kind; });
    }
};

}  // namespace

class TestLiveRun : public QObject
{
    Q_OBJECT
private slots:
    void aRunGivesPointsProgressAndEventsUntilItsEnd()
    {
        Bench bench(3);
        QSignalSpy started(&bench.run, &LiveRun::started), ended(&bench.run, &LiveRun::ended), curves(&bench.run, &LiveRun::curvesChanged),
            known(&bench.run, &LiveRun::runIdKnown);
        QVERIFY(!bench.run.hasRun());
        bench.start();
        QVERIFY(bench.run.isActive() && bench.run.hasRun());
        QCOMPARE(started.count(), 1);
        QVERIFY(ended.wait(kLong));
        QVERIFY(!bench.run.isActive());
        QCOMPARE(ended.count(), 1);
        QVERIFY(curves.count() > 0);
        QCOMPARE(known.count(), 1);
        QVERIFY(bench.run.runId() > 0);
        QCOMPARE(bench.run.progress().state, TrainState::Finished);
        QCOMPARE(bench.run.progress().epoch, std::int64_t{3});
        QVERIFY(bench.hasEvent(EventKind::Started) && bench.hasEvent(EventKind::Epoch) && bench.hasEvent(EventKind::Finished));
        const CurvePoints &loss = bench.run.curves().at(QStringLiteral("train/loss"));
        QVERIFY(loss.size() > 10);
        QCOMPARE(loss.step.size(), loss.value.size());
        QCOMPARE(bench.run.curves().at(QStringLiteral("validation/accuracy")).size(), std::size_t{3});
        QCOMPARE(bench.run.curves().at(QStringLiteral("memory/arena")).unit, QStringLiteral("bytes"));
    }

    void pauseAndResumeHoldTheStepsAndLetThemGoOn()
    {
        Bench bench;
        QVERIFY(bench.startAndWait());
        bench.run.pause();
        QTRY_COMPARE(bench.run.progress().state, TrainState::Paused);
        const std::int64_t step = bench.run.progress().step;
        QTest::qWait(200);
        QCOMPARE(bench.run.progress().step, step);
        bench.run.resume();
        QTRY_VERIFY(bench.run.progress().state == TrainState::Running && bench.run.progress().step > step);
        QVERIFY(bench.stopAndWait());
        QCOMPARE(bench.run.progress().state, TrainState::Stopped);
        QVERIFY(bench.hasEvent(EventKind::Paused) && bench.hasEvent(EventKind::Resumed));
    }

    void theLearningRateChangesWhileTheRunGoesOn()
    {
        Bench bench;
        QVERIFY(bench.startAndWait());
        bench.run.setLearningRate(0.0025);
        QTRY_COMPARE(bench.run.progress().learningRate, 0.0025);
        QTRY_VERIFY(bench.hasEvent(EventKind::LearningRate));
        QTRY_COMPARE(bench.run.curves().at(QStringLiteral("train/learning_rate")).value.back(), 0.0025);
        QVERIFY(bench.stopAndWait());
    }

    void aCheckpointIsWrittenWhenAskedFor()
    {
        Bench bench;
        QVERIFY(bench.startAndWait());
        bench.run.saveCheckpoint();
        QTRY_VERIFY_WITH_TIMEOUT(bench.hasEvent(EventKind::Checkpoint), kLong);
        QVERIFY(!std::filesystem::is_empty(bench.project.checkpoints()));
        QVERIFY(bench.stopAndWait());
    }

    void theHistoryHoldsExactlyWhatWasSeen()
    {
        Bench bench(4);
        bench.start();
        QTRY_VERIFY_WITH_TIMEOUT(!bench.run.isActive(), kLong);
        std::vector<RunDetails> details;
        bench.library.loadDetails({bench.run.runId()}, this, [&](std::vector<RunDetails> all) { details = std::move(all); });
        QTRY_COMPARE(details.size(), std::size_t{1});
        QCOMPARE(details[0].record.state, RunState::Finished);
        for (const QString &name : {QStringLiteral("train/loss"), QStringLiteral("validation/loss"), QStringLiteral("train/accuracy")}) {
            QCOMPARE(details[0].curves.at(name).value, bench.run.curves().at(name).value);
            QCOMPARE(details[0].curves.at(name).step, bench.run.curves().at(name).step);
        }
        QCOMPARE(details[0].events.size(), bench.run.events().size());
    }

    void aSecondStartIsIgnoredWhileARunGoesOn()
    {
        Bench bench;
        QVERIFY(bench.startAndWait());
        QSignalSpy started(&bench.run, &LiveRun::started);
        bench.start();
        QCOMPARE(started.count(), 0);
        QVERIFY(bench.stopAndWait());
        bench.start();
        QCOMPARE(started.count(), 1);
        QVERIFY(bench.run.events().empty());
        QVERIFY(bench.stopAndWait());
    }

    void aStoppedRunGoesOnFromItsCheckpoint()
    {
        Bench bench;
        QVERIFY(bench.startAndWait());
        QVERIFY(bench.stopAndWait());
        const qint64 id = bench.run.runId();
        const std::int64_t step = bench.run.progress().step;
        bench.start(id);
        QTRY_VERIFY_WITH_TIMEOUT(bench.run.progress().step > step, kLong);
        QVERIFY(bench.run.curves().at(QStringLiteral("train/loss")).step.front() > static_cast<double>(step));
        QCOMPARE(bench.run.curves().at(QStringLiteral("train/loss")).segment.front(), 1U);
        QVERIFY(bench.stopAndWait());
        QCOMPARE(bench.run.runId(), id);
    }

    void dataThatCannotBeReadEndTheRunWithTheReason()
    {
        Bench bench;
        bench.project.data.file = "nowhere.csv";
        bench.start();
        QTRY_VERIFY_WITH_TIMEOUT(!bench.run.isActive(), kLong);
        QCOMPARE(bench.run.progress().state, TrainState::Failed);
        QVERIFY(bench.run.progress().error->message.find("nowhere.csv") != std::string::npos);
    }

    void aHistoryThatIsNoDatabaseEndsTheRunWithTheReason()
    {
        Bench bench;
        // A file of its own: the project's may still be being made by the store that was opened first.
        const auto broken = bench.project.folder / "broken.sqlite";
        std::ofstream(broken) << "this is not a database, and long enough to be seen as such by everyone who opens it";
        bench.library.open(broken);
        bench.start();
        QTRY_VERIFY_WITH_TIMEOUT(!bench.run.isActive(), kLong);
        QCOMPARE(bench.run.progress().state, TrainState::Failed);
        QVERIFY(!bench.run.progress().error->message.empty());
    }

    void theWindowMayCloseInTheMiddleOfARun()
    {
        Bench bench;
        {
            LiveRun run;
            run.start(std::make_shared<const Project>(bench.project), bench.library.store());
            QTRY_VERIFY_WITH_TIMEOUT(run.curves().count(QStringLiteral("train/loss")) > 0, kLong);
        }
        QSignalSpy loaded(&bench.library, &RunLibrary::runsLoaded);
        bench.library.refresh();
        QVERIFY(loaded.wait(kLong));
        const auto runs = loaded.back().front().value<std::vector<RunRecord>>();
        QCOMPARE(runs.size(), std::size_t{1});
        QCOMPARE(runs[0].state, RunState::Stopped);
    }
};

QTEST_MAIN(TestLiveRun)
#include "tst_live_run.moc"
