#include <QTemporaryDir>
#include <QtTest>

#include "tests/engine/train/small_job.h"

using namespace trainyard;
using namespace trainyard::test;

// The same seed gives the same curve to the bit, and so does a run that was stopped in the middle.
class TestResume : public QObject {
    Q_OBJECT

    static TrainJob jobWith(const std::string &optimizer, double clipNorm)
    {
        TrainingConfig config = smallConfig();
        config.optimizer.type = optimizer;
        config.optimizer.weightDecay = 0.01;
        config.optimizer.clipNorm = clipNorm;
        return smallJob(config);
    }

private slots:
    void theSameSeedGivesTheSameCurveToTheBit()
    {
        Listener first, second;
        first.run(smallJob());
        second.run(smallJob());
        QVERIFY(!first.series("train/loss").empty());
        for (const char *name : {"train/loss", "train/accuracy", "validation/loss", "validation/accuracy", "test/loss"})
            QCOMPARE(first.series(name), second.series(name));
        QCOMPARE(firstDifference(*first.lastCheckpoint(), *second.lastCheckpoint()), std::string());
    }

    void anotherSeedGivesAnotherCurve()
    {
        Listener first, second;
        first.run(smallJob());
        TrainingConfig config = smallConfig();
        config.seed = 2;
        second.run(smallJob(config));
        QVERIFY(first.series("train/loss") != second.series("train/loss"));
        QVERIFY(firstDifference(*first.lastCheckpoint(), *second.lastCheckpoint()) != "");
    }

    void stoppedAndResumedIsTheSameAsNeverStopped_data()
    {
        QTest::addColumn<QString>("optimizer");
        QTest::addColumn<int>("stopAt");
        QTest::addColumn<double>("clipNorm");
        for (const OptimizerSpec &spec : optimizerCatalog())
            for (const int stopAt : {1, 16, 22, 43})  // the first step, mid-epoch, an epoch's edge, just before the end
                QTest::addRow("%s at step %d", spec.type.c_str(), stopAt) << QString::fromStdString(spec.type) << stopAt << 0.0;
        QTest::addRow("adam, clipped, at step 22") << "adam" << 22 << 0.25;
    }

    void accumulatedAndAveragedTrainingResumesAsIfNeverStopped_data()
    {
        QTest::addColumn<int>("batches");
        QTest::addColumn<double>("decay");
        QTest::addColumn<int>("stopAt");
        for (const int stopAt : {1, 3, 6, 10}) {  // 144 rows: 3 steps of 64 rows an epoch
            QTest::addRow("4 batches, at step %d", stopAt) << 4 << 0.0 << stopAt;
            QTest::addRow("4 batches and an average, at step %d", stopAt) << 4 << 0.9 << stopAt;
            QTest::addRow("an average, at step %d", stopAt) << 1 << 0.9 << stopAt;
        }
    }

    void accumulatedAndAveragedTrainingResumesAsIfNeverStopped()
    {
        QFETCH(int, batches);
        QFETCH(double, decay);
        QFETCH(int, stopAt);
        TrainJob job = jobWith("adamw", 0.5);
        job.config.accumulationSteps = batches;
        job.config.emaDecay = decay;
        expectSameAfterResume(job, stopAt);
    }

    void aRunIn16BitGoesOnAsIfNeverStopped_data()
    {
        QTest::addColumn<QString>("precision");
        QTest::addColumn<int>("stopAt");
        for (const char *precision : {"bfloat16", "float16"})
            for (const int stopAt : {1, 22, 43})
                QTest::addRow("%s at step %d", precision, stopAt) << QString::fromLatin1(precision) << stopAt;
    }

    void aRunIn16BitGoesOnAsIfNeverStopped()
    {
        QFETCH(QString, precision);
        QFETCH(int, stopAt);
        TrainJob job = jobWith("adamw", 0);
        job.config.precision = *findPrecision(precision.toStdString());
        expectSameAfterResume(job, stopAt);
    }

    // Every layer but the dense ones, dropout and batch norm among them, is worked out a second time; the bits are those of a run
    // that keeps everything.
    void recomputedTrainingIsTheSameRunAndResumesAsIfNeverStopped_data()
    {
        QTest::addColumn<int>("batches");
        QTest::addColumn<int>("stopAt");
        for (const int batches : {1, 4})
            for (const int stopAt : {1, 3, 6})
                QTest::addRow("%d batches, at step %d", batches, stopAt) << batches << stopAt;
    }

    void recomputedTrainingIsTheSameRunAndResumesAsIfNeverStopped()
    {
        QFETCH(int, batches);
        QFETCH(int, stopAt);
        TrainJob job = jobWith("adamw", 0.5);
        job.config.accumulationSteps = batches;
        job.config.emaDecay = 0.9;
        Listener kept;
        QCOMPARE(kept.run(job).state, TrainState::Finished);
        Graph graph = *job.graph;
        for (const char *name : {"batch_norm", "relu", "dropout"})
            graph.edit(graph.findByName(name)->id)->recompute = true;
        job.graph = std::make_shared<const Graph>(graph);
        Listener again;
        QCOMPARE(again.run(job).state, TrainState::Finished);
        QCOMPARE(firstDifference(*kept.lastCheckpoint(), *again.lastCheckpoint()), std::string());
        for (const char *name : {"train/loss", "validation/loss", "test/accuracy"})
            QCOMPARE(again.series(name), kept.series(name));
        expectSameAfterResume(job, stopAt);
    }

    void stoppedAndResumedIsTheSameAsNeverStopped()
    {
        QFETCH(QString, optimizer);
        QFETCH(int, stopAt);
        QFETCH(double, clipNorm);
        expectSameAfterResume(jobWith(optimizer.toStdString(), clipNorm), stopAt);
    }

private:
    static void expectSameAfterResume(const TrainJob &job, int stopAt)
    {
        Listener whole;
        QCOMPARE(whole.run(job).state, TrainState::Finished);

        Listener before;
        const TrainProgress stopped = runTo(stopAt, job, before);
        QCOMPARE(stopped.state, TrainState::Stopped);
        QCOMPARE(stopped.step, stopAt);

        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("stop.safetensors").toStdString();
        QVERIFY(writeCheckpoint(file, *before.lastCheckpoint()));
        TrainJob resumed = job;
        resumed.loadCheckpoint = [file] { return readCheckpoint(file); };
        resumed.segment = 1;
        Listener after;
        const TrainProgress end = after.run(std::move(resumed));
        QVERIFY2(!end.error, end.error ? end.error->message.c_str() : "");
        QCOMPARE(firstDifference(*whole.lastCheckpoint(), *after.lastCheckpoint()), std::string());
        QCOMPARE(whole.lastCheckpoint()->judge, after.lastCheckpoint()->judge);
        for (const char *name : {"train/loss", "train/accuracy", "validation/loss", "validation/accuracy", "test/accuracy"}) {
            auto joined = before.series(name);
            const auto rest = after.series(name);
            joined.insert(joined.end(), rest.begin(), rest.end());
            QCOMPARE(joined, whole.series(name));
        }
        QCOMPARE(after.count(EventKind::Resumed), 1);
    }

private slots:
    // Everything that decides when something happens: the schedule and its memory, the rhythm, what is best and how long
    // there was nothing better.
    void aRunOfAnyCourseGoesOnAsIfNeverStopped_data()
    {
        QTest::addColumn<QString>("schedule");
        QTest::addColumn<int>("stopAt");
        for (const ScheduleSpec &spec : scheduleCatalog())
            for (const int stopAt : {3, 22, 30})  // in the warm-up, at an epoch's edge, right behind an evaluation
                QTest::addRow("%s at step %d", spec.type.c_str(), stopAt) << QString::fromStdString(spec.type) << stopAt;
    }

    void aRunOfAnyCourseGoesOnAsIfNeverStopped()
    {
        QFETCH(QString, schedule);
        QFETCH(int, stopAt);
        TrainingConfig config = smallConfig();
        config.schedule.type = schedule.toStdString();
        config.schedule.settings["warmup"] = std::int64_t{5};
        if (config.schedule.type == "reduce_on_plateau") {
            config.schedule.settings["patience"] = std::int64_t{1};
            config.schedule.settings["threshold"] = 0.5;  // so that it reduces
        }
        config.length = {LengthUnit::Steps, 50, 0};
        config.evaluation = {5, true};
        config.stopping = {true, "loss", 100, 0.001};
        config.best.keep = true;
        const TrainJob job = smallJob(config);
        Listener whole;
        QCOMPARE(whole.run(job).state, TrainState::Finished);
        Listener before;
        QCOMPARE(runTo(stopAt, job, before).step, stopAt);
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("stop.safetensors").toStdString();
        QVERIFY(writeCheckpoint(file, *before.lastCheckpoint()));
        TrainJob resumed = job;
        resumed.loadCheckpoint = [file] { return readCheckpoint(file); };
        resumed.segment = 1;
        for (const auto &[checkpoint, reason] : before.checkpoints())
            if (reason == "best")
                resumed.loadBest = [kept = checkpoint] { return Result<std::optional<Checkpoint>>(*kept); };
        Listener after;
        const TrainProgress end = after.run(std::move(resumed));
        QVERIFY2(!end.error, end.error ? end.error->message.c_str() : "");
        QCOMPARE(firstDifference(*whole.lastCheckpoint(), *after.lastCheckpoint()), std::string());
        QVERIFY(whole.lastCheckpoint()->judge == after.lastCheckpoint()->judge);
        QVERIFY(whole.lastCheckpoint()->rate == after.lastCheckpoint()->rate);
        if (config.schedule.type == "reduce_on_plateau")
            QVERIFY(after.lastCheckpoint()->rate->plateau.factor < 1);
        for (const char *name : {"train/loss", "train/accuracy", "train/learning_rate", "validation/loss", "validation/accuracy", "best/accuracy",
                                 "test/accuracy", "test/loss"}) {
            auto joined = before.series(name);
            const auto rest = after.series(name);
            joined.insert(joined.end(), rest.begin(), rest.end());
            QCOMPARE(joined, whole.series(name));
        }
    }

    void aChangedLearningRateIsKeptOverAResume()
    {
        Listener before;
        TrainingConfig config = smallConfig();
        config.epochs = 1'000'000;
        const auto trainer = before.start(smallJob(config));
        trainer->setLearningRate(0.0125);
        QTRY_COMPARE(before.count(EventKind::LearningRate), 1);
        trainer->stop();
        trainer->wait();
        config.epochs = before.lastCheckpoint()->epoch + 1;
        TrainJob resumed = smallJob(config);
        resumed.loadCheckpoint = [checkpoint = before.lastCheckpoint()] { return Result<Checkpoint>(*checkpoint); };
        Listener after;
        QCOMPARE(after.run(std::move(resumed)).learningRate, 0.0125);
    }

    void aCheckpointOfAnotherRunIsRefused()
    {
        Listener before;
        before.run(smallJob());
        const auto resumeWith = [&](const Checkpoint &checkpoint) {
            TrainingConfig config = smallConfig();
            config.epochs = 10;
            TrainJob job = smallJob(config);
            job.loadCheckpoint = [checkpoint] { return Result<Checkpoint>(checkpoint); };
            Listener listener;
            return listener.run(std::move(job));
        };
        Checkpoint other = *before.lastCheckpoint();
        other.seed = 99;
        QVERIFY(resumeWith(other).error->message.find("another seed") != std::string::npos);
        other = *before.lastCheckpoint();
        other.tensors.tensors.pop_back();
        QVERIFY(resumeWith(other).error->message.find("has no tensor") != std::string::npos);
        other = *before.lastCheckpoint();
        other.tensors.tensors[0].tensor = HostTensor({DType::F32, Shape{7}});
        QVERIFY(resumeWith(other).error->message.find("belongs to another network") != std::string::npos);
        for (const std::size_t sums : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{64}}) {
            other = *before.lastCheckpoint();
            other.metricSums.assign(sums, 0.0);
            const TrainProgress end = resumeWith(other);
            QCOMPARE(end.state, TrainState::Failed);
            QCOMPARE(end.error->code, ErrorCode::InvalidFile);
        }
        other = *before.lastCheckpoint();
        other.stepInEpoch = 1000;
        QCOMPARE(resumeWith(other).error->code, ErrorCode::InvalidFile);
        QCOMPARE(resumeWith(*before.lastCheckpoint()).state, TrainState::Finished);
    }

    void aCheckpointThatCannotBeReadEndsTheRunWithTheReason()
    {
        TrainJob job = smallJob();
        job.loadCheckpoint = [] { return readCheckpoint("/nowhere/at-all.safetensors"); };
        Listener listener;
        const TrainProgress end = listener.run(std::move(job));
        QCOMPARE(end.state, TrainState::Failed);
        QCOMPARE(end.error->code, ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestResume)
#include "tst_resume.moc"
