#include <QtTest>

#include <atomic>
#include <cmath>

#include "tests/engine/train/small_job.h"

using namespace trainyard;
using namespace trainyard::test;

// Commands are taken at step edges and each is answered by an event.
class TestTrainer : public QObject {
    Q_OBJECT

    // A run that goes on until it is told to end.
    static TrainJob endlessJob()
    {
        TrainingConfig config = smallConfig();
        config.epochs = 1'000'000;
        return smallJob(config);
    }

private slots:
    void aRunLearnsAndTellsEveryEpoch()
    {
        Listener listener;
        TrainingConfig config = smallConfig();
        config.epochs = 12;
        const TrainProgress end = listener.run(smallJob(config));
        QCOMPARE(end.state, TrainState::Finished);
        QVERIFY2(!end.error, end.error ? end.error->message.c_str() : "");
        QCOMPARE(end.epoch, 12);
        QCOMPARE(end.step, 12 * end.stepsPerEpoch);
        QCOMPARE(end.stepsPerEpoch, 11);  // 168 rows in batches of 16: the last one is filled up
        QCOMPARE(end.metricName, std::string("accuracy"));
        QVERIFY(end.validationMetric && *end.validationMetric > 0.8);
        QVERIFY(end.testMetric && *end.testMetric > 0.8);
        QVERIFY(!end.secondsLeft);
        QCOMPARE(listener.count(EventKind::Started), 1);
        QCOMPARE(listener.count(EventKind::Epoch), 12);
        QCOMPARE(listener.count(EventKind::Finished), 1);
        QCOMPARE(listener.series("validation/loss").size(), 12u);
        QCOMPARE(listener.series("train/accuracy").size(), 12u);
        QCOMPARE(listener.series("test/accuracy").size(), 1u);
        const auto loss = listener.series("train/loss");
        QCOMPARE(loss.size(), 12u * 11u);
        QVERIFY(loss.back().second < loss.front().second);
        QCOMPARE(listener.series("memory/arena").back().second, static_cast<double>(end.arenaBytes));
    }

    void aLongRunTellsWhereAStepsTimeGoes()
    {
        Listener listener;
        const auto trainer = listener.start(endlessJob());
        for (const char *part : {"step/forward", "step/backward", "step/update", "step/evaluation"})
            QTRY_VERIFY(!listener.series(part).empty());
        trainer->stop();
        trainer->wait();
        QVERIFY(listener.series("step/forward").front().second > 0);
        // The processor copies no batch and never waits for its host: what does not exist is not told.
        QVERIFY(listener.series("step/copy").empty() && listener.series("step/host_gap").empty());
    }

    void whatAdvisesOnMemoryIsNotAskedWhileThereIsEnough()
    {
        Listener listener;
        TrainJob job = smallJob();
        bool asked = false;
        job.adviseOnMemory = [&](const DataTypes &) {
            asked = true;
            return std::string("Buy more.");
        };
        QCOMPARE(listener.run(std::move(job)).state, TrainState::Finished);
        QVERIFY(!asked);
    }

    void pauseStandsStillAndResumeGoesOn()
    {
        Listener listener;
        const auto trainer = listener.start(endlessJob());
        QTRY_VERIFY(trainer->progress().step > 0);
        trainer->pause();
        QTRY_COMPARE(listener.count(EventKind::Paused), 1);
        QTRY_COMPARE(trainer->progress().state, TrainState::Paused);
        const std::int64_t paused = trainer->progress().step;
        QTest::qWait(50);
        QCOMPARE(trainer->progress().step, paused);
        trainer->pause();  // again: nothing to do, nothing to say
        trainer->resume();
        QTRY_COMPARE(listener.count(EventKind::Resumed), 1);
        QTRY_VERIFY(trainer->progress().step > paused);
        QCOMPARE(listener.count(EventKind::Paused), 1);
        trainer->stop();
        trainer->wait();
        QCOMPARE(trainer->progress().state, TrainState::Stopped);
    }

    void aPausedRunCanBeStoppedAndSaves()
    {
        Listener listener;
        const auto trainer = listener.start(endlessJob());
        trainer->pause();
        QTRY_COMPARE(trainer->progress().state, TrainState::Paused);
        trainer->stop();
        trainer->wait();
        QCOMPARE(trainer->progress().state, TrainState::Stopped);
        QCOMPARE(listener.checkpoints().size(), 1u);
        QCOMPARE(listener.checkpoints()[0].second, std::string("stop"));
        QCOMPARE(listener.lastCheckpoint()->step, trainer->progress().step);
    }

    void theLearningRateChangesAtAStepAndIsTold()
    {
        Listener listener;
        const auto trainer = listener.start(endlessJob());
        trainer->setLearningRate(0.0025);
        QTRY_COMPARE(listener.count(EventKind::LearningRate), 1);
        QTRY_COMPARE(trainer->progress().learningRate, 0.0025);
        for (const double wrong : {0.0, -1.0, std::nan(""), HUGE_VAL})
            trainer->setLearningRate(wrong);
        QTRY_COMPARE(listener.count(EventKind::Warning), 4);
        QCOMPARE(trainer->progress().learningRate, 0.0025);
        QTRY_VERIFY(!listener.series("train/learning_rate").empty());
        trainer->stop();
        trainer->wait();
        QCOMPARE(listener.lastCheckpoint()->learningRate, 0.0025);
    }

    void aCheckpointComesOnRequestWhileTrainingGoesOn()
    {
        Listener listener;
        const auto trainer = listener.start(endlessJob());
        trainer->requestCheckpoint();
        QTRY_COMPARE(listener.checkpoints().size(), 1u);
        QCOMPARE(listener.checkpoints()[0].second, std::string("request"));
        const std::int64_t saved = listener.lastCheckpoint()->step;
        QTRY_VERIFY(trainer->progress().step > saved);
    }

    void checkpointsComeEveryNEpochsAndAtTheEnd()
    {
        TrainingConfig config = smallConfig();
        config.epochs = 5;
        config.checkpointEveryEpochs = 2;
        Listener listener;
        listener.run(smallJob(config));
        std::vector<std::pair<std::int64_t, std::string>> saved;
        for (const auto &[checkpoint, reason] : listener.checkpoints())
            saved.emplace_back(checkpoint->epoch, reason);
        const std::vector<std::pair<std::int64_t, std::string>> expected{{2, "epoch"}, {4, "epoch"}, {5, "finished"}};
        QCOMPARE(saved, expected);
    }

    void droppingTheTrainerStopsItAtAStepEdge()
    {
        std::atomic<bool> ended = false;
        Listener listener;
        listener.onProgress = [&](const TrainProgress &progress) { ended = ended || progress.ended(); };
        listener.start(endlessJob()).reset();
        QVERIFY(ended);
        QCOMPARE(listener.count(EventKind::Finished), 1);
        QCOMPARE(listener.checkpoints().size(), 1u);
    }

    void aStopBeforeTheFirstStepEndsAtOnce()
    {
        std::promise<void> mayLoad;
        TrainJob job = endlessJob();
        job.loadData = [go = mayLoad.get_future().share()] {
            go.wait();
            return Result<Dataset>(pointsInAPlane());
        };
        Listener listener;
        const auto trainer = listener.start(std::move(job));
        QCOMPARE(trainer->progress().state, TrainState::Preparing);
        trainer->stop();
        mayLoad.set_value();
        trainer->wait();
        QCOMPARE(trainer->progress().state, TrainState::Stopped);
        QCOMPARE(trainer->progress().step, 0);
    }

    void aBatchLargerThanTheDataIsRefusedWithTheNumbers()
    {
        TrainingConfig config = smallConfig();
        config.batchSize = 169;
        Listener listener;
        const TrainProgress end = listener.run(smallJob(config));
        QCOMPARE(end.state, TrainState::Failed);
        QCOMPARE(end.error->message, std::string("The batch size of 169 is larger than the training part of 168 rows. Set it to 168 or less."));
        QCOMPARE(end.step, 0);
    }

    void aLossThatIsNotANumberEndsTheRunWithAdvice()
    {
        TrainingConfig config = smallConfig();
        config.optimizer.type = "sgd";
        config.optimizer.learningRate = 1e38;
        Listener listener;
        const TrainProgress end = listener.run(smallJob(config));
        QCOMPARE(end.state, TrainState::Failed);
        QVERIFY2(end.error->message.find("Lower the learning rate") != std::string::npos, end.error->message.c_str());
        QVERIFY(!std::isfinite(listener.series("train/loss").back().second));
        QVERIFY(listener.checkpoints().empty());  // nothing worth going on from
    }

    // Numbers up to a thousand and a rate that is too high for them: the weights run away, unless the gradient is bounded.
    void gradientsThatExplodeAreHeldByClipping()
    {
        const auto lossesOf = [](double clipNorm, double clipValue) {
            TrainingConfig config = smallConfig();
            config.optimizer.type = "sgd";
            config.epochs = 20;
            config.optimizer.set("momentum", 0);
            config.optimizer.learningRate = 0.1;
            config.optimizer.clipNorm = clipNorm;
            config.optimizer.clipValue = clipValue;
            TrainJob job = smallJob(config);
            job.graph = std::make_shared<const Graph>(chainOf({{"input", {{"shape", std::vector<std::int64_t>{1}}}},
                                                               {"dense", {{"units", std::int64_t{1}}}},
                                                               {"mean_squared_error", {}}}));
            job.loadData = [] {
                HostTensor features({DType::F32, Shape{100, 1}}), targets({DType::F32, Shape{100}});
                for (std::size_t i = 0; i < 100; ++i) {
                    features.as<float>()[i] = static_cast<float>(10 * i);
                    targets.as<float>()[i] = static_cast<float>(20 * i);
                }
                DataConfig data;
                data.target = TargetKind::Value;
                data.scaling = Scaling::None;
                data.targetScaling = Scaling::None;
                return makeDataset(std::move(features), std::move(targets), data);
            };
            Listener listener;
            const TrainProgress end = listener.run(std::move(job));
            return std::pair(end.state, listener.series("train/loss"));
        };
        const auto [unbound, runaway] = lossesOf(0, 0);
        QCOMPARE(unbound, TrainState::Failed);
        QVERIFY(!runaway.empty() && !std::isfinite(runaway.back().second));
        for (const auto &[norm, value] : {std::pair(0.5, 0.0), std::pair(0.0, 0.5), std::pair(0.5, 0.5)}) {
            const auto [state, losses] = lossesOf(norm, value);
            QCOMPARE(state, TrainState::Finished);
            for (const auto &[step, loss] : losses)
                QVERIFY(std::isfinite(loss));
            QVERIFY2(losses.back().second < losses.front().second, qPrintable(QString("from %1 to %2").arg(losses.front().second).arg(losses.back().second)));
        }
    }

    void dataThatCannotBeLoadedEndsTheRunWithTheReason()
    {
        TrainJob job = smallJob();
        job.loadData = []() -> Result<Dataset> { return fail(ErrorCode::InvalidData, "The rows are ragged."); };
        Listener listener;
        const TrainProgress end = listener.run(std::move(job));
        QCOMPARE(end.state, TrainState::Failed);
        QCOMPARE(end.error->message, std::string("The rows are ragged."));
    }

    void aLayerNobodyKnowsIsRefusedByName()
    {
        Graph graph = *smallGraph();
        graph.edit(4)->type = "capsule";
        graph.edit(4)->name = "caps1";
        TrainJob job = smallJob();
        job.graph = std::make_shared<const Graph>(graph);
        Listener listener;
        const TrainProgress end = listener.run(std::move(job));
        QCOMPARE(end.state, TrainState::Failed);
        QCOMPARE(end.error->node, std::string("caps1"));
        QVERIFY(end.error->message.find("capsule") != std::string::npos);
    }

    void aTargetOfTheWrongKindIsRefused()
    {
        TrainJob job = smallJob();
        job.loadData = [] {
            HostTensor features({DType::F32, Shape{40, 2}}), targets({DType::F32, Shape{40}});
            for (std::size_t i = 0; i < 40; ++i)
                targets.as<float>()[i] = static_cast<float>(i);
            DataConfig config;
            config.target = TargetKind::Value;
            return makeDataset(std::move(features), std::move(targets), config);
        };
        Listener listener;
        const TrainProgress end = listener.run(std::move(job));
        QCOMPARE(end.state, TrainState::Failed);
        QVERIFY2(end.error->message.find("mean squared error") != std::string::npos, end.error->message.c_str());
    }

    void anOutputOfTheWrongWidthIsRefused()
    {
        Graph graph = *smallGraph();
        graph.edit(6)->parameters["units"] = std::int64_t{2};
        TrainJob job = smallJob();
        job.graph = std::make_shared<const Graph>(graph);
        Listener listener;
        const TrainProgress end = listener.run(std::move(job));
        QCOMPARE(end.state, TrainState::Failed);
        QVERIFY2(end.error->message.find("expects 3 classes, got 2") != std::string::npos, end.error->message.c_str());
    }
};

QTEST_GUILESS_MAIN(TestTrainer)
#include "tst_trainer.moc"
