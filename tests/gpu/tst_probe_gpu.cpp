// Looks at a network that trains on the GPU: what it writes does not change its bits, wherever the data set lies.
#include <QtTest>

#include "engine/api/forecast.h"
#include "engine/train/model.h"
#include "tests/engine/train/text_job.h"
#include "tests/gpu/gpu_device.h"

using namespace trainyard;
using namespace trainyard::test;
using namespace trainyard::tests;

namespace {

// Many windows of the same text: more than two megabytes of them.
Dataset longText()
{
    DataConfig config;
    config.format = DataFormat::Text;
    config.window.length = kTextContext;
    config.window.stride = 1;
    config.split.validationShare = config.split.testShare = 0.005;
    return datasetFromText(linesOfText(1300), config).value();
}

TrainJob longJob(bool sampled)
{
    SamplingConfig sampling;
    sampling.on = sampled;
    sampling.prompt = "one";
    sampling.length = 8;
    TrainJob job = textJob(sampling);
    job.config.device = "cuda:0";
    job.config.length = {LengthUnit::Steps, 6, 1};
    job.config.evaluation = {3, true};
    job.loadData = [] { return Result<Dataset>(longText()); };
    return job;
}

std::vector<std::string> textsOf(const std::vector<TextSample> &samples)
{
    std::vector<std::string> texts;
    for (const TextSample &sample : samples)
        texts.push_back(sample.text);
    return texts;
}

}  // namespace

class TestProbeGpu : public QObject {
    Q_OBJECT
private slots:
    void samplesLeaveTheBitsAloneAndAreTheSameFromStreamedData()
    {
        std::vector<TextSample> resident, streamed, none;
        Listener first, second, third;
        QCOMPARE(first.run(collecting(longJob(true), resident)).state, TrainState::Finished);
        TrainJob limited = collecting(longJob(true), streamed);
        limited.config.memoryLimitMiB = 2;
        bool streams = false;
        limited.onPrepared = [&](const RunFacts &facts) { streams = facts.dataPlacement == DataPlacement::Streamed; };
        const TrainProgress end = second.run(limited);
        QVERIFY2(end.state == TrainState::Finished, end.error ? end.error->message.c_str() : "");
        QVERIFY(streams);
        QCOMPARE(third.run(collecting(longJob(false), none)).state, TrainState::Finished);
        QCOMPARE(resident.size(), std::size_t{2});
        QCOMPARE(textsOf(resident), textsOf(streamed));
        QVERIFY(none.empty());
        QCOMPARE(firstDifference(*first.lastCheckpoint(), *second.lastCheckpoint()), std::string());
        QCOMPARE(firstDifference(*first.lastCheckpoint(), *third.lastCheckpoint()), std::string());
    }

    void theForecastIsTheArena()
    {
        for (const bool sampled : {true, false}) {
            const TrainJob job = longJob(sampled);
            const Dataset dataset = job.loadData().value();
            const Model model = Model::create(*job.graph, dataset, job.config, deviceSettingsOf(job.config)).value();
            QCOMPARE(forecast(*job.graph, dataTypesOf(dataset), job.config)->arenaBytes, model.allocatedBytes());
        }
    }

    void aPictureOnTheGpuIsThatOfTheCpu()
    {
        std::shared_ptr<const DecisionGrid> grids[2];
        for (const bool onGpu : {false, true}) {
            TrainJob job = smallJob();
            job.config.device = onGpu ? "cuda:0" : "cpu";
            job.config.epochs = 2;
            job.drawDecisions = true;
            Listener listener;
            const auto trainer = listener.start(job);
            trainer->wait();
            grids[onGpu] = trainer->decisionGrid();
            QVERIFY(grids[onGpu]);
        }
        std::size_t same = 0;
        for (std::size_t i = 0; i < grids[0]->classes.size(); ++i)
            same += grids[0]->classes[i] == grids[1]->classes[i];
        QVERIFY2(same >= grids[0]->classes.size() * 99 / 100, qPrintable(QString::number(same)));  // but where the two round apart
    }
};

QTEST_GUILESS_MAIN(TestProbeGpu)
#include "tst_probe_gpu.moc"
