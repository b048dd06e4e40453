#include <QtTest>

#include <cmath>

#include "engine/train/non_finite.h"
#include "engine/train/schedules/learning_rate.h"
#include "tests/engine/train/small_job.h"

using namespace trainyard;
using namespace trainyard::test;

// How long a run trains, when it is evaluated, when it ends early, which weights it keeps, and what it says when its
// numbers are lost.
class TestRunControl : public QObject {
    Q_OBJECT

    static TrainingConfig inSteps(std::int64_t steps)
    {
        TrainingConfig config = smallConfig();
        config.length = {LengthUnit::Steps, steps, 0};
        return config;
    }

    static std::vector<std::int64_t> stepsOf(Listener &listener, const char *series)
    {
        std::vector<std::int64_t> steps;
        for (const auto &[step, value] : listener.series(series))
            steps.push_back(step);
        return steps;
    }

    static bool says(Listener &listener, const std::string &text)
    {
        for (const RunEvent &event : listener.events())
            if (event.text.find(text) != std::string::npos)
                return true;
        return false;
    }

    // One feature and one output; the rows are 0 to 99 and their double.
    static TrainJob lineJob(const TrainingConfig &config, std::vector<std::pair<std::string, ParameterMap>> between)
    {
        using Sizes = std::vector<std::int64_t>;
        std::vector<std::pair<std::string, ParameterMap>> layers{{"input", {{"shape", Sizes{1}}}}};
        layers.insert(layers.end(), between.begin(), between.end());
        layers.push_back({"dense", {{"units", std::int64_t{1}}}});
        layers.push_back({"mean_squared_error", {}});
        TrainJob job = smallJob(config);
        job.graph = std::make_shared<const Graph>(chainOf(layers));
        job.loadData = [] {
            HostTensor features({DType::F32, Shape{100, 1}}), targets({DType::F32, Shape{100}});
            for (std::size_t i = 0; i < 100; ++i) {
                features.as<float>()[i] = static_cast<float>(i);
                targets.as<float>()[i] = static_cast<float>(2 * i);
            }
            DataConfig data;
            data.target = TargetKind::Value;
            data.scaling = Scaling::None;
            data.targetScaling = Scaling::None;
            return makeDataset(std::move(features), std::move(targets), data);
        };
        return job;
    }

private slots:
    void aRunByStepsEndsAtItsStepAndIsEvaluatedThere()
    {
        Listener listener;
        const TrainProgress end = listener.run(smallJob(inSteps(25)));  // two epochs of 11 and three steps
        QCOMPARE(end.state, TrainState::Finished);
        QCOMPARE(end.step, 25);
        QCOMPARE(end.epoch, 2);
        QCOMPARE(end.epochs, 3);
        QCOMPARE(end.steps, 25);
        QCOMPARE(*end.share(), 1.0);
        QCOMPARE(stepsOf(listener, "validation/loss"), (std::vector<std::int64_t>{11, 22, 25}));
        QCOMPARE(stepsOf(listener, "train/accuracy"), (std::vector<std::int64_t>{11, 22, 25}));
        QCOMPARE(listener.lastCheckpoint()->stepInEpoch, 3);
        QVERIFY(end.testMetric);
        QVERIFY(says(listener, "Finished 25 steps."));
    }

    void aLongerRunByStepsBeginsAsTheShorterOne()
    {
        Listener shorter, longer, resumed;
        shorter.run(smallJob(inSteps(25)));
        longer.run(smallJob(inSteps(40)));
        TrainJob job = smallJob(inSteps(40));
        job.loadCheckpoint = [checkpoint = shorter.lastCheckpoint()] { return Result<Checkpoint>(*checkpoint); };
        QCOMPARE(resumed.run(std::move(job)).state, TrainState::Finished);
        QCOMPARE(firstDifference(*longer.lastCheckpoint(), *resumed.lastCheckpoint()), std::string());
    }

    void aRunByMinutesEndsWhenTheyAreTrained()
    {
        TrainingConfig config = smallConfig();
        config.length = {LengthUnit::Minutes, 1, 0.002};
        Listener listener;
        const TrainProgress end = listener.run(smallJob(config));
        QCOMPARE(end.state, TrainState::Finished);
        QVERIFY(end.step > 0);
        QCOMPARE(end.epochs, 0);
        QVERIFY(end.secondsTrained >= 0.12);
        QCOMPARE(*end.share(), 1.0);
        QCOMPARE(listener.series("validation/loss").back().first, end.step);
        QVERIFY(listener.lastCheckpoint()->secondsTrained >= 0.12);
        // What a run before this start has trained counts.
        TrainJob again = smallJob(config);
        again.loadCheckpoint = [checkpoint = listener.lastCheckpoint()] { return Result<Checkpoint>(*checkpoint); };
        Listener resumed;
        QCOMPARE(resumed.run(std::move(again)).step, end.step);
    }

    void evaluationsComeEveryNSteps()
    {
        TrainingConfig config = inSteps(30);
        config.evaluation = {7, true};
        Listener listener, plain;
        listener.run(smallJob(config));
        QCOMPARE(stepsOf(listener, "validation/loss"), (std::vector<std::int64_t>{7, 14, 21, 28, 30}));
        // They change nothing: neither the weights nor the training metrics of the epoch they fall into.
        plain.run(smallJob(inSteps(30)));
        QCOMPARE(firstDifference(*plain.lastCheckpoint(), *listener.lastCheckpoint()), std::string());
        QCOMPARE(plain.series("train/accuracy"), listener.series("train/accuracy"));
        QCOMPARE(plain.series("train/loss"), listener.series("train/loss"));
    }

    void evaluationsComeEveryNEpochsAndAtTheEnd()
    {
        TrainingConfig config = smallConfig();
        config.epochs = 5;
        config.evaluation.every = 2;
        Listener listener;
        listener.run(smallJob(config));
        QCOMPARE(stepsOf(listener, "validation/loss"), (std::vector<std::int64_t>{22, 44, 55}));
        QCOMPARE(listener.series("train/accuracy").size(), std::size_t{5});
    }

    void aRunThatDoesNotImproveEndsEarly()
    {
        TrainingConfig config = smallConfig();
        config.epochs = 1000;
        config.stopping = {true, "accuracy", 3, 0.5};  // the first evaluation is the best there will be
        Listener listener;
        const TrainProgress end = listener.run(smallJob(config));
        QCOMPARE(end.state, TrainState::Finished);
        QCOMPARE(end.epoch, 4);
        QVERIFY(end.testMetric);
        QVERIFY(says(listener, "Ended early after 4 epochs: accuracy has not improved for 3 evaluations; its best was"));
        QCOMPARE(listener.checkpoints().back().second, std::string("finished"));
        // Resumed, it gets its patience anew.
        TrainJob again = smallJob(config);
        again.loadCheckpoint = [checkpoint = listener.lastCheckpoint()] { return Result<Checkpoint>(*checkpoint); };
        Listener resumed;
        QCOMPARE(resumed.run(std::move(again)).epoch, 7);
    }

    // A learning rate so high that the beginning is the best.
    void theBestWeightsAreKeptAndTested()
    {
        TrainingConfig config = smallConfig();
        config.epochs = 6;
        config.optimizer.type = "sgd";
        config.optimizer.learningRate = 0.02;
        config.schedule = {"exponential", {}};
        config.best = {true, "loss", true};
        Listener listener;
        const TrainProgress end = listener.run(smallJob(config));
        QCOMPARE(end.metricName, std::string("loss"));
        const auto losses = listener.series("validation/loss");
        const auto best = std::min_element(losses.begin(), losses.end(), [](const auto &a, const auto &b) { return a.second < b.second; });
        QCOMPARE(end.bestMetric, std::optional(best->second));
        QCOMPARE(end.bestStep, best->first);
        std::shared_ptr<const Checkpoint> kept;
        for (const auto &[checkpoint, reason] : listener.checkpoints())
            if (reason == "best")
                kept = checkpoint;
        QVERIFY(kept);
        QCOMPARE(kept->step, best->first);
        QCOMPARE(kept->judge.best, end.bestMetric);
        QVERIFY(says(listener, "with the weights of step"));
        // The test is what the best weights give: as a run gives that ends there.
        TrainingConfig shorter = config;
        shorter.length = {LengthUnit::Steps, best->first, 0};
        Listener ended;
        QCOMPARE(ended.run(smallJob(shorter)).testLoss, end.testLoss);
    }

    void theLastWeightsAreTestedWhereThatIsWanted()
    {
        TrainingConfig config = smallConfig();
        config.best = {true, "loss", false};
        Listener kept, plain;
        const TrainProgress a = kept.run(smallJob(config));
        const TrainProgress b = plain.run(smallJob());
        QCOMPARE(a.testLoss, b.testLoss);
        QCOMPARE(firstDifference(*kept.lastCheckpoint(), *plain.lastCheckpoint()), std::string());
    }

    void bestWeightsThatAreGoneAreSaidToBe()
    {
        TrainingConfig config = smallConfig();
        config.best = {true, "loss", true};
        Listener first;
        first.run(smallJob(config));
        Checkpoint checkpoint = *first.lastCheckpoint();
        checkpoint.judge.best = 1e-9;  // nothing after it is better
        checkpoint.judge.bestStep = 5;
        config.epochs += 1;
        TrainJob job = smallJob(config);
        job.loadCheckpoint = [checkpoint] { return Result<Checkpoint>(checkpoint); };
        job.loadBest = []() -> Result<std::optional<Checkpoint>> { return std::nullopt; };
        Listener resumed;
        const TrainProgress end = resumed.run(std::move(job));
        QCOMPARE(end.state, TrainState::Finished);
        QVERIFY(end.testLoss);
        QCOMPARE(resumed.count(EventKind::Warning), 1);
    }

    void aMetricTheNetworkDoesNotHaveIsRefusedWithThoseItHas()
    {
        for (int which = 0; which < 3; ++which) {
            TrainingConfig config = smallConfig();
            if (which == 0)
                config.best.metric = "r2";
            if (which == 1)
                config.stopping = {true, "r2", 3, 0};
            if (which == 2)
                config.schedule = {"reduce_on_plateau", {{"metric", std::string("r2")}}};
            Listener listener;
            const TrainProgress end = listener.run(smallJob(config));
            QCOMPARE(end.state, TrainState::Failed);
            QVERIFY2(end.error->message.find("\"r2\"") != std::string::npos, end.error->message.c_str());
            QVERIFY2(end.error->message.find("loss and accuracy") != std::string::npos, end.error->message.c_str());
        }
    }

    void aScheduleIsFollowedStepByStep()
    {
        TrainingConfig config = smallConfig();
        config.epochs = 3;
        config.schedule = {"cosine", {{"warmup", std::int64_t{4}}}};
        Listener listener;
        listener.run(smallJob(config));
        const LearningRate rate(config.schedule, config.optimizer.learningRate, 11, 33);
        const auto told = listener.series("train/learning_rate");
        QCOMPARE(told.size(), std::size_t{33});
        for (const auto &[step, value] : told)
            QCOMPARE(value, rate.at(step - 1));  // of the step that was just done
    }

    void aPlateauIsTold()
    {
        TrainingConfig config = smallConfig();
        config.epochs = 8;
        config.schedule = {"reduce_on_plateau", {{"patience", std::int64_t{1}}, {"threshold", 0.9}}};
        Listener listener;
        listener.run(smallJob(config));
        QVERIFY(says(listener, "loss has not improved: the learning rate is reduced to 0.001 from step"));
    }

    // --- numbers that are lost ---

    void theLayerWhereTheForwardPassOverflowsIsNamed()
    {
        // Weights of about 1e30 times 1e30: the second layer's output is beyond float32.
        TrainingConfig config = smallConfig();
        config.optimizer.type = "sgd";
        config.optimizer.learningRate = 1e-30;
        Listener listener;
        TrainJob job = lineJob(config, {{"dense", {{"units", std::int64_t{4}}}}, {"dense", {{"units", std::int64_t{4}}}}});
        // A checkpoint with such weights stands for a run that came to them.
        Listener good;
        TrainJob first = job;
        first.config.length = {LengthUnit::Steps, 1, 0};
        QCOMPARE(good.run(first).state, TrainState::Finished);
        Checkpoint spoilt = *good.lastCheckpoint();
        for (NamedTensor &tensor : spoilt.tensors.tensors)
            if (tensor.name.ends_with("weights"))
                for (float &weight : tensor.tensor.as<float>())
                    weight = 1e30f;
        job.loadCheckpoint = [spoilt] { return Result<Checkpoint>(spoilt); };
        const TrainProgress end = listener.run(std::move(job));
        QCOMPARE(end.state, TrainState::Failed);
        const std::string message = end.error->message;
        QVERIFY2(message.find("came out of dense_2 (dense) in the forward pass of step 2.") != std::string::npos, message.c_str());
        QVERIFY2(message.find("The checkpoint of step 1 is good.") != std::string::npos, message.c_str());
        QCOMPARE(end.error->node, std::string("dense_2"));
        QVERIFY(listener.checkpoints().empty());
        QVERIFY(says(listener, "Looking for the layer where it began: 1 step is run again from the checkpoint of step 1."));
    }

    void weightsThatRunAwayAreFoundFromTheStart()
    {
        TrainingConfig config = smallConfig();
        config.optimizer.type = "sgd";
        config.optimizer.learningRate = 1e38;
        Listener listener;
        const TrainProgress end = listener.run(smallJob(config));
        QCOMPARE(end.state, TrainState::Failed);
        const std::string message = end.error->message;
        QVERIFY2(message.find(" came out of ") != std::string::npos && message.find(" of step ") != std::string::npos, message.c_str());
        QVERIFY2(!end.error->node.empty(), message.c_str());
        QVERIFY(says(listener, "from the start"));
    }

    void aCheckpointAskedForIsNotSavedWithLostWeights()
    {
        TrainingConfig config = smallConfig();
        config.optimizer.type = "sgd";
        config.optimizer.learningRate = 1e30;
        config.checkpointEveryEpochs = 1;
        Listener listener;
        const TrainProgress end = listener.run(lineJob(config, {{"dense", {{"units", std::int64_t{4}}}}}));
        QCOMPARE(end.state, TrainState::Failed);
        for (const auto &[checkpoint, reason] : listener.checkpoints())
            for (const NamedTensor &tensor : checkpoint->tensors.tensors) {
                bool nan = false;
                QVERIFY(!hasNonFinite(tensor.tensor.type.dtype, tensor.tensor.data, nan));
            }
    }

    void everyKindOfLostNumberIsSeen()
    {
        bool nan = false;
        const auto bytes = [](const auto &values) { return std::as_bytes(std::span(values)); };
        const std::vector<float> fine{0.0f, -1.0f, std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min()};
        QVERIFY(!hasNonFinite(DType::F32, bytes(fine), nan));
        QVERIFY(hasNonFinite(DType::F32, bytes(std::vector<float>{1.0f, -std::numeric_limits<float>::infinity()}), nan));
        QVERIFY(!nan);
        QVERIFY(hasNonFinite(DType::F32, bytes(std::vector<float>{std::nanf("")}), nan));
        QVERIFY(nan);
        QVERIFY(!hasNonFinite(DType::F16, bytes(std::vector<std::uint16_t>{0x7BFF, 0xFBFF}), nan));
        QVERIFY(hasNonFinite(DType::F16, bytes(std::vector<std::uint16_t>{0xFC00}), nan) && !nan);
        QVERIFY(!hasNonFinite(DType::BF16, bytes(std::vector<std::uint16_t>{0x7F7F}), nan));
        QVERIFY(hasNonFinite(DType::BF16, bytes(std::vector<std::uint16_t>{0x7FFF}), nan) && nan);
        QVERIFY(!hasNonFinite(DType::I32, bytes(std::vector<std::int32_t>{-1}), nan));
    }
};

QTEST_GUILESS_MAIN(TestRunControl)
#include "tst_run_control.moc"
