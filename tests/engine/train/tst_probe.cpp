#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <limits>

#include "engine/train/model.h"
#include "tests/engine/train/text_job.h"

using namespace trainyard;
using namespace trainyard::test;

namespace {

bool never()
{
    return false;
}

std::vector<std::string> textsOf(const std::vector<TextSample> &samples)
{
    std::vector<std::string> texts;
    for (const TextSample &sample : samples)
        texts.push_back(std::to_string(sample.step) + "/" + std::to_string(sample.epoch) + ": " + sample.text);
    return texts;
}

SamplingConfig shortSamples()
{
    SamplingConfig sampling;
    sampling.prompt = "one";
    sampling.length = 24;
    return sampling;
}

// A model with the weights that a run of the job ended with.
struct Trained {
    Dataset dataset;
    Model model;
};

std::unique_ptr<Trained> trained(const TrainJob &job)
{
    Listener listener;
    if (const TrainProgress end = listener.run(job); end.error)
        throw std::runtime_error(end.error->message);
    auto result = std::unique_ptr<Trained>(new Trained{job.loadData().value(), {}});
    result->model = Model::create(*job.graph, result->dataset, job.config, deviceSettingsOf(job.config)).value();
    if (!result->model.restore(listener.lastCheckpoint()->tensors))
        throw std::runtime_error("restore");
    return result;
}

}  // namespace

// A run may be looked at while it trains: what it writes, where it draws its borders. Its bits do not know.
class TestProbe : public QObject {
    Q_OBJECT

    static void expectSameRun(const TrainJob &looked, const TrainJob &plain)
    {
        Listener first, second;
        QCOMPARE(first.run(looked).state, TrainState::Finished);
        QCOMPARE(second.run(plain).state, TrainState::Finished);
        QCOMPARE(firstDifference(*first.lastCheckpoint(), *second.lastCheckpoint()), std::string());
        for (const char *name : {"train/loss", "train/accuracy", "validation/loss", "validation/accuracy", "test/loss"})
            QCOMPARE(first.series(name), second.series(name));
    }

private slots:
    void samplesLeaveTheBitsAlone_data()
    {
        QTest::addColumn<int>("accumulated");
        QTest::addColumn<double>("average");
        QTest::addColumn<bool>("inSteps");
        QTest::newRow("plain") << 1 << 0.0 << false;
        QTest::newRow("in the middle of epochs") << 1 << 0.0 << true;
        QTest::newRow("accumulated and averaged") << 2 << 0.9 << true;
    }

    void samplesLeaveTheBitsAlone()
    {
        QFETCH(int, accumulated);
        QFETCH(double, average);
        QFETCH(bool, inSteps);
        SamplingConfig off = shortSamples();
        off.on = false;
        TrainJob looked = textJob(shortSamples()), plain = textJob(off);
        for (TrainJob *job : {&looked, &plain}) {
            job->config.accumulationSteps = accumulated;
            job->config.emaDecay = average;
            if (inSteps)
                job->config.evaluation = {5, true};
        }
        std::vector<TextSample> samples;
        expectSameRun(collecting(looked, samples), plain);
        QVERIFY(samples.size() >= 3);
        std::vector<TextSample> none;
        Listener silent;
        silent.run(collecting(plain, none));
        QVERIFY(none.empty());
    }

    void picturesLeaveTheBitsAlone()
    {
        TrainJob looked = smallJob();
        looked.drawDecisions = true;
        expectSameRun(looked, smallJob());
    }

    void theSameSeedWritesTheSameAndAnotherSomethingElse()
    {
        SamplingConfig other = shortSamples();
        other.seed = 2;
        std::vector<TextSample> first, second, third;
        Listener a, b, c;
        a.run(collecting(textJob(shortSamples()), first));
        b.run(collecting(textJob(shortSamples()), second));
        c.run(collecting(textJob(other), third));
        QCOMPARE(first.size(), std::size_t{3});  // one an epoch
        QCOMPARE(textsOf(first), textsOf(second));
        QVERIFY(textsOf(first) != textsOf(third));
        QCOMPARE(first.back().epoch, std::int64_t{3});
        QCOMPARE(first.back().text.size(), std::size_t{24});
    }

    void theLikeliestTokenIsTakenAtTemperatureZero()
    {
        SamplingConfig sampling;
        sampling.temperature = 0;
        const std::vector<float> scores{0.5f, 2.0f, -1.0f, 2.0f};
        for (std::uint32_t position = 0; position < 8; ++position)
            QCOMPARE(drawToken(scores, sampling, position), 1);  // the first of equals
        sampling.temperature = 5;
        sampling.topK = 1;
        for (std::uint32_t position = 0; position < 8; ++position)
            QCOMPARE(drawToken(scores, sampling, position), 1);
    }

    void tokensAreDrawnAsOftenAsTheirProbabilitySays()
    {
        SamplingConfig sampling;
        sampling.temperature = 2;
        const std::vector<float> scores{0.0f, 2.0f, std::numeric_limits<float>::quiet_NaN(), 4.0f};
        std::array<int, 4> drawn{};
        constexpr int kDraws = 20'000;
        for (int position = 0; position < kDraws; ++position)
            ++drawn[static_cast<std::size_t>(drawToken(scores, sampling, static_cast<std::uint32_t>(position)))];
        QCOMPARE(drawn[2], 0);
        const double sum = 1 + std::exp(1.0) + std::exp(2.0);
        const std::array<double, 4> wanted{1 / sum, std::exp(1.0) / sum, 0, std::exp(2.0) / sum};
        for (std::size_t i = 0; i < 4; ++i)  // five deviations of a share of so many draws
            QVERIFY(std::abs(drawn[i] / double{kDraws} - wanted[i]) <= 5 * std::sqrt(wanted[i] * (1 - wanted[i]) / kDraws));
        sampling.topK = 2;
        for (int position = 0; position < 1000; ++position)
            QVERIFY(drawToken(scores, sampling, static_cast<std::uint32_t>(position)) % 2 == 1);
        const std::vector<float> lost(3, std::numeric_limits<float>::quiet_NaN());
        QCOMPARE(drawToken(lost, sampling, 0), 0);
    }

    void aPromptBecomesTheLongestTokensThatFit()
    {
        const std::vector<std::string> vocabulary{"a", "ab", "b", "\xC3\xA4", "\n"};
        std::string skipped;
        QCOMPARE(encodeTokens("aba\xC3\xA4", vocabulary, skipped), (std::vector<std::int32_t>{1, 0, 3}));
        QCOMPARE(skipped, std::string());
        QCOMPARE(encodeTokens("bx\xE2\x82\xAC" "a", vocabulary, skipped), (std::vector<std::int32_t>{2, 0}));
        QCOMPARE(skipped, std::string("x\xE2\x82\xAC"));
    }

    void theWindowMovesWhenTheContextIsFull()
    {
        const auto run = trained(textJob(shortSamples()));
        SamplingConfig sampling = shortSamples();
        sampling.temperature = 0;
        sampling.length = 5 * kTextContext;
        sampling.prompt = "the yard sleeps\none wagon rolls\n";  // twice the context
        const TextSample whole = sampleText(run->model, run->dataset, sampling, never).value();
        QCOMPARE(whole.text.size(), static_cast<std::size_t>(sampling.length));
        // The network sees its context only: a prompt of its last tokens says all.
        sampling.prompt = sampling.prompt.substr(sampling.prompt.size() - kTextContext);
        QCOMPARE(sampleText(run->model, run->dataset, sampling, never).value().text, whole.text);
        // And what it has written itself is a prompt as good as any.
        sampling.prompt = whole.text.substr(0, 2 * kTextContext);
        sampling.length = 20;
        QCOMPARE(sampleText(run->model, run->dataset, sampling, never).value().text, whole.text.substr(2 * kTextContext, 20));
    }

    void whatComesAfterThePromptInTheContextDoesNotCount()
    {
        const auto run = trained(textJob(shortSamples()));
        const auto width = static_cast<std::size_t>(run->model.lookProgram()->list.value(run->model.lookProgram()->predictions).type.shape.back());
        std::vector<std::int32_t> context(kTextContext, 0);
        std::vector<float> zeros, ones;
        context[0] = 3;
        QVERIFY(run->model.look(std::as_bytes(std::span(context)), 1, zeros));
        std::fill(context.begin() + 1, context.end(), 1);
        QVERIFY(run->model.look(std::as_bytes(std::span(context)), 1, ones));
        QVERIFY(std::equal(zeros.begin(), zeros.begin() + static_cast<std::ptrdiff_t>(width), ones.begin()));
        QVERIFY(zeros != ones);
    }

    void aRunThatHasLearnedALineWritesIt()
    {
        TrainJob job = textJob(shortSamples());
        job.config.epochs = 60;
        job.config.evaluation.every = 60;
        job.config.sampling.temperature = 0;
        job.config.sampling.prompt = "two ";  // as at the beginning of a window
        std::vector<TextSample> samples;
        Listener listener;
        listener.run(collecting(job, samples));
        QCOMPARE(QString::fromStdString(samples.back().text.substr(0, 11)), QStringLiteral("wagons roll"));
    }

    void stoppedAndResumedWritesTheSameSamples_data()
    {
        QTest::addColumn<int>("stopAt");
        for (const int stopAt : {1, 7, 10, 15})
            QTest::addRow("at step %d", stopAt) << stopAt;
    }

    void stoppedAndResumedWritesTheSameSamples()
    {
        QFETCH(int, stopAt);
        TrainJob job = textJob(shortSamples());
        job.config.evaluation = {5, true};
        std::vector<TextSample> whole, before, after;
        Listener all, first, second;
        all.run(collecting(job, whole));
        QCOMPARE(runTo(stopAt, collecting(job, before), first).step, stopAt);
        TrainJob resumed = collecting(job, after);
        resumed.loadCheckpoint = [checkpoint = *first.lastCheckpoint()] { return Result<Checkpoint>(checkpoint); };
        QCOMPARE(second.run(resumed).state, TrainState::Finished);
        // The sample of the step it goes on from is written again, since a stop may have cut it off: the record has it once.
        std::vector<TextSample> joined = before;
        for (const TextSample &sample : after)
            if (joined.empty() || joined.back().step < sample.step)
                joined.push_back(sample);
            else
                QCOMPARE(sample.text, joined.back().text);
        QCOMPARE(textsOf(joined), textsOf(whole));
        QCOMPARE(after.front().step == stopAt, stopAt % 5 == 0);
    }

    void aSampleIsWrittenOnDemandAndThenTrainingGoesOnAsItWould()
    {
        TrainJob job = textJob(shortSamples());
        std::vector<TextSample> asked, plain;
        Listener watched, alone;
        std::promise<Trainer *> made;
        TrainJob paused = collecting(job, asked);
        paused.loadData = [&, load = job.loadData] {
            Trainer *trainer = made.get_future().get();
            SamplingConfig own = shortSamples();
            own.prompt = "two";
            trainer->sample(own);
            return load();
        };
        const auto trainer = watched.start(paused);
        made.set_value(trainer.get());
        trainer->wait();
        alone.run(collecting(job, plain));
        QCOMPARE(asked.size(), plain.size() + 1);
        QCOMPARE(asked.front().settings.prompt, std::string("two"));
        QCOMPARE(asked.front().step, std::int64_t{0});
        asked.erase(asked.begin());
        QCOMPARE(textsOf(asked), textsOf(plain));
        QCOMPARE(firstDifference(*watched.lastCheckpoint(), *alone.lastCheckpoint()), std::string());
        QCOMPARE(trainer->samples(0).size(), plain.size() + 1);
        QCOMPARE(trainer->samples(plain.size()).size(), std::size_t{1});
        QVERIFY(trainer->samples(100).empty());
    }

    void aPromptWithOtherCharactersIsSaidOnceAndUsedWithoutThem()
    {
        TrainJob job = textJob(shortSamples());
        job.config.sampling.prompt = "o\xE2\x82\xACne";
        std::vector<TextSample> with, without;
        Listener first, second;
        first.run(collecting(job, with));
        second.run(collecting(textJob(shortSamples()), without));
        QCOMPARE(textsOf(with), textsOf(without));
        QCOMPARE(first.count(EventKind::Warning), 1);
        QCOMPARE(second.count(EventKind::Warning), 0);
    }

    void theArenaIsWhatThePlansSay()
    {
        for (const bool on : {true, false}) {
            SamplingConfig sampling = shortSamples();
            sampling.on = on;
            const TrainJob job = textJob(sampling);
            const Dataset dataset = job.loadData().value();
            Model model = Model::create(*job.graph, dataset, job.config, deviceSettingsOf(job.config)).value();
            QCOMPARE(model.lookKind().has_value(), on);
            QCOMPARE(model.executable().arenaBytes(), model.allocatedBytes());
        }
        const Dataset points = pointsInAPlane();
        const Model plane = Model::create(*smallGraph(), points, smallConfig(), deviceSettingsOf(smallConfig())).value();
        QVERIFY(plane.lookKind() == ProbeKind::DecisionGrid);
    }

    void thePictureSaysWhatTheNetworkSays()
    {
        TrainJob job = smallJob();
        job.config.epochs = 20;
        job.drawDecisions = true;
        Listener listener;
        const auto trainer = listener.start(job);
        trainer->wait();
        const auto grid = trainer->decisionGrid();
        QVERIFY(grid);
        QCOMPARE(grid->step, trainer->progress().step);  // of the end, whatever the clock said before
        constexpr auto kSide = static_cast<std::size_t>(DecisionGrid::kSide);
        QCOMPARE(grid->classes.size(), kSide * kSide);
        QCOMPARE(grid->sureness.size(), kSide * kSide);
        QVERIFY(grid->values.empty());
        const PlanePoints &points = *grid->points;
        QCOMPARE(points.x.size(), std::size_t{240});
        std::size_t right = 0;
        for (std::size_t i = 0; i < points.x.size(); ++i) {
            const auto column = static_cast<std::size_t>((points.x[i] - points.left) / (points.right - points.left) * kSide);
            const auto row = static_cast<std::size_t>((points.y[i] - points.bottom) / (points.top - points.bottom) * kSide);
            right += grid->classes[row * kSide + column] == points.classes[i];
        }
        QVERIFY2(right >= 216, qPrintable(QString::number(right)));  // nine of ten
        for (const float sureness : grid->sureness)
            QVERIFY(sureness >= 1.0f / 3 && sureness <= 1.0f);
    }

    void aPictureOfValuesIsInTheirOwnUnit()
    {
        // The plane 100 + 10 x, which a network of one dense layer learns; targets are standardized on the way.
        HostTensor features({DType::F32, Shape{200, 2}}), targets({DType::F32, Shape{200}});
        for (std::size_t row = 0; row < 200; ++row) {
            features.as<float>()[2 * row] = static_cast<float>(row % 20);
            features.as<float>()[2 * row + 1] = static_cast<float>(row / 20);
            targets.as<float>()[row] = 100.0f + 10.0f * static_cast<float>(row % 20);
        }
        DataConfig data;
        data.target = TargetKind::Value;
        const Dataset dataset = makeDataset(std::move(features), std::move(targets), data).value();
        TrainJob job;
        job.graph = std::make_shared<const Graph>(chainOf({{"input", {{"shape", std::vector<std::int64_t>{2}}}}, {"dense", {{"units", std::int64_t{1}}}}, {"mean_squared_error", {}}}));
        job.config = smallConfig();
        job.config.epochs = 60;
        job.config.optimizer.type = "sgd";
        job.config.optimizer.learningRate = 0.1;
        job.loadData = [&] { return Result<Dataset>(dataset); };
        job.drawDecisions = true;
        Listener listener;
        const auto trainer = listener.start(job);
        trainer->wait();
        const auto grid = trainer->decisionGrid();
        QVERIFY(grid);
        QVERIFY(grid->classes.empty());
        constexpr int kSide = DecisionGrid::kSide;
        for (int row = 0; row < kSide; row += 19)
            for (int column = 0; column < kSide; column += 19) {
                const double x = grid->points->left + (grid->points->right - grid->points->left) * (column + 0.5) / kSide;
                QVERIFY(std::abs(grid->values[static_cast<std::size_t>(row * kSide + column)] - (100 + 10 * x)) < 1);
            }
    }

    void settingsBeyondTheirRangesAreRefusedByName()
    {
        struct Case {
            const char *node;
            void (*change)(SamplingConfig &);
        };
        for (const Case &one : {Case{"sampling.length", [](SamplingConfig &c) { c.length = 0; }}, Case{"sampling.temperature", [](SamplingConfig &c) { c.temperature = -1; }},
                                Case{"sampling.temperature", [](SamplingConfig &c) { c.temperature = std::nan(""); }},
                                Case{"sampling.top_k", [](SamplingConfig &c) { c.topK = -1; }}, Case{"sampling.prompt", [](SamplingConfig &c) { c.prompt = "\xFF"; }},
                                Case{"sampling.prompt", [](SamplingConfig &c) { c.prompt.assign(10'001, 'a'); }}}) {
            SamplingConfig config;
            one.change(config);
            const Status status = checkSampling(config);
            QVERIFY(!status);
            QCOMPARE(status.error().node, std::string(one.node));
        }
        QVERIFY(checkSampling({}));
    }
};

QTEST_GUILESS_MAIN(TestProbe)
#include "tst_probe.moc"
