#include <QTemporaryDir>
#include <QtTest>

#include <limits>

#include <nlohmann/json.hpp>

#include "tests/engine/train/checkpoint_tensor.h"
#include "tests/engine/train/small_job.h"

using namespace trainyard;
using namespace trainyard::test;
namespace fs = std::filesystem;

namespace {

TrainJob startingFrom(const fs::path &file, TrainingConfig config, std::shared_ptr<const Graph> graph = smallGraph())
{
    config.startFrom.kind = StartKind::File;
    config.startFrom.file = file.string();
    TrainJob job = smallJob(config);
    job.graph = std::move(graph);
    job.openStart = [file]() -> Result<StartSource> {
        TRAINYARD_TRY(WeightSource source, WeightSource::open(file));
        return StartSource{std::move(source), "earlier.safetensors"};
    };
    return job;
}

std::shared_ptr<const Graph> withFrozen(const std::vector<std::string> &names)
{
    Graph graph = *smallGraph();
    for (const std::string &name : names)
        graph.edit(graph.findByName(name)->id)->frozen = true;
    return std::make_shared<const Graph>(std::move(graph));
}

}  // namespace

// Runs that begin with the weights of an earlier one.
class TestFineTuning : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path m_file;  // of a whole run
    std::shared_ptr<const Checkpoint> m_earlier;

    fs::path at(const char *name) const { return fs::path(m_folder.path().toStdString()) / name; }

private slots:
    void initTestCase()
    {
        Listener listener;
        QCOMPARE(listener.run(smallJob()).state, TrainState::Finished);
        m_earlier = listener.lastCheckpoint();
        m_file = at("earlier.safetensors");
        QVERIFY(writeCheckpoint(m_file, *m_earlier));
    }

    void theFirstWeightsAreThoseOfTheFileToTheBit()
    {
        Listener listener;
        (void)runTo(1, startingFrom(m_file, smallConfig()), listener);
        const Checkpoint &first = *listener.checkpoints().front().first;
        QCOMPARE(first.step, std::int64_t{0});
        for (const char *name : {"dense/weights", "batch_norm/gamma", "batch_norm/beta", "batch_norm/running_mean", "batch_norm/running_variance",
                                 "dense_2/weights", "dense_2/bias"})
            QVERIFY2(tensorIn(first, name).data == tensorIn(*m_earlier, name).data, name);
        int states = 0;
        for (const NamedTensor &one : first.tensors.tensors)
            if (one.name.starts_with("optimizer/")) {
                ++states;
                QVERIFY2(std::all_of(one.tensor.data.begin(), one.tensor.data.end(), [](std::byte b) { return b == std::byte{}; }), one.name.c_str());
            }
        QVERIFY(states > 0);
    }

    void theSameSeedGivesTheSameCurveToTheBit()
    {
        Listener first, second, fresh;
        first.run(startingFrom(m_file, smallConfig()));
        second.run(startingFrom(m_file, smallConfig()));
        fresh.run(smallJob());
        QCOMPARE(first.series("train/loss"), second.series("train/loss"));
        QCOMPARE(firstDifference(*first.lastCheckpoint(), *second.lastCheckpoint()), std::string());
        QVERIFY(first.series("train/loss") != fresh.series("train/loss"));
    }

    void frozenLayersStayBitwiseAsLoaded()
    {
        Listener listener;
        const auto progress = listener.run(startingFrom(m_file, smallConfig(), withFrozen({"dense", "batch_norm"})));
        QCOMPARE(progress.state, TrainState::Finished);
        const Checkpoint &last = *listener.lastCheckpoint();
        for (const char *name : {"dense/weights", "batch_norm/gamma", "batch_norm/beta", "batch_norm/running_mean", "batch_norm/running_variance"})
            QVERIFY2(tensorIn(last, name).data == tensorIn(*m_earlier, name).data, name);
        QVERIFY(tensorIn(last, "dense_2/weights").data != tensorIn(*m_earlier, "dense_2/weights").data);
    }

    void averagesBeginWithTheLoadedWeights()
    {
        TrainingConfig config = smallConfig();
        config.emaDecay = 0.9;
        Listener listener;
        (void)runTo(1, startingFrom(m_file, config), listener);
        const Checkpoint &first = *listener.checkpoints().front().first;
        QVERIFY(tensorIn(first, "average/dense/weights").data == tensorIn(*m_earlier, "dense/weights").data);
        QVERIFY(tensorIn(first, "average/dense_2/bias").data == tensorIn(*m_earlier, "dense_2/bias").data);
    }

    void aLayerLeftOutStartsAsTheSeedSays()
    {
        Listener listener, fresh;
        TrainJob job = startingFrom(m_file, smallConfig());
        job.config.startFrom.leaveOut = {"dense_2"};
        (void)runTo(1, job, listener);
        (void)runTo(1, smallJob(), fresh);
        const Checkpoint &first = *listener.checkpoints().front().first, &seeds = *fresh.checkpoints().front().first;
        QVERIFY(tensorIn(first, "dense_2/weights").data == tensorIn(seeds, "dense_2/weights").data);
        QVERIFY(tensorIn(first, "dense/weights").data == tensorIn(*m_earlier, "dense/weights").data);
    }

    void stoppedAndResumedDoesNotLoadAgain()
    {
        Listener whole, part, rest;
        whole.run(startingFrom(m_file, smallConfig()));
        (void)runTo(16, startingFrom(m_file, smallConfig()), part);
        TrainJob job = startingFrom(m_file, smallConfig());
        int opened = 0;
        job.openStart = [&opened]() -> Result<StartSource> {
            ++opened;
            return fail(ErrorCode::NotFound, "It is gone.");
        };
        job.loadCheckpoint = [stopped = part.lastCheckpoint()]() -> Result<Checkpoint> { return *stopped; };
        QCOMPARE(rest.run(job).state, TrainState::Finished);
        QCOMPARE(opened, 0);
        QCOMPARE(firstDifference(*whole.lastCheckpoint(), *rest.lastCheckpoint()), std::string());
    }

    void aRunWhereNothingMatchesNeverBegins()
    {
        SafetensorsFile other;
        other.tensors = {{"encoder/kernel", HostTensor({DType::F32, Shape{2}})}};
        QVERIFY(writeSafetensors(at("other.safetensors"), other));
        Listener listener;
        const TrainProgress progress = listener.run(startingFrom(at("other.safetensors"), smallConfig()));
        QCOMPARE(progress.state, TrainState::Failed);
        QCOMPARE(progress.step, std::int64_t{0});
        QCOMPARE(progress.error->code, ErrorCode::InvalidArgument);
        QVERIFY2(progress.error->message.find("encoder/kernel") != std::string::npos, progress.error->message.c_str());
        QVERIFY(listener.checkpoints().empty());
    }

    void weightsThatAreNotFiniteAreRefused()
    {
        Checkpoint bad = *m_earlier;
        for (NamedTensor &one : bad.tensors.tensors)
            if (one.name == "dense_2/bias")
                one.tensor.as<float>()[1] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(writeCheckpoint(at("bad.safetensors"), bad));
        Listener listener;
        const TrainProgress progress = listener.run(startingFrom(at("bad.safetensors"), smallConfig()));
        QCOMPARE(progress.state, TrainState::Failed);
        QVERIFY2(progress.error->message.find("dense_2/bias") != std::string::npos, progress.error->message.c_str());
    }

    void aPartialMatchStartsAndSaysWhatIsFresh()
    {
        Graph graph = *smallGraph();
        graph.edit(graph.findByName("dense_2")->id)->name = "head";
        RunFacts facts;
        TrainJob job = startingFrom(m_file, smallConfig(), std::make_shared<const Graph>(graph));
        job.onPrepared = [&facts](const RunFacts &prepared) { facts = prepared; };
        Listener listener;
        QCOMPARE(listener.run(job).state, TrainState::Finished);
        QStringList said;
        for (const RunEvent &event : listener.events())
            said.append(QString::fromStdString(event.text));
        QVERIFY(said.contains("Started from earlier.safetensors: 5 of 7 tensors are loaded, 96 of 147 values."));
        QVERIFY(said.contains("head/weights starts as the seed says: not in the source."));
        const auto record = nlohmann::json::parse(facts.startJson);
        QCOMPARE(record["sha256"].get<std::string>().size(), std::size_t{64});
        QCOMPARE(record["match"]["network"].size(), std::size_t{7});
        QCOMPARE(record["match"]["unused"].size(), std::size_t{2});
    }

    // A run that goes wrong is explained by running it again: from the weights it began with, not from the seed's.
    void aRunThatIsLostIsExplainedFromItsFirstWeights()
    {
        TrainingConfig config = smallConfig();
        config.optimizer.type = "sgd";
        config.optimizer.learningRate = 1e30;
        Listener listener;
        const TrainProgress progress = listener.run(startingFrom(m_file, config));
        QCOMPARE(progress.state, TrainState::Failed);
        QVERIFY2(progress.error->message.find("The first ") != std::string::npos, progress.error->message.c_str());
        QVERIFY2(progress.error->message.find("checkpoint of step 0") == std::string::npos, progress.error->message.c_str());
    }
};

QTEST_GUILESS_MAIN(TestFineTuning)
#include "tst_fine_tuning.moc"
