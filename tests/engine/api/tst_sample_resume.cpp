#include <QTemporaryDir>
#include <QtTest>

#include "tests/engine/api/sample_project.h"
#include "tests/engine/train/small_job.h"

using namespace trainyard;
using namespace trainyard::test;

// Every sample, stopped in the middle and resumed from its file, ends with the bits of a run that was never stopped.
class TestSampleResume : public QObject {
    Q_OBJECT

    static constexpr int kSteps = 5;  // an epoch of the shortened training part

    // The sample's own run, over five and a half batches of its training part and one of the others.
    static TrainJob shortJob(const std::string &id)
    {
        const Project project = loadProject(sampleFolder(id)).value();
        TrainJob job;
        job.graph = std::make_shared<const Graph>(project.graph);
        job.config = project.training;
        job.config.epochs = 3;
        job.config.batchSize = std::min<std::int64_t>(job.config.batchSize, 16);
        job.config.checkpointEveryEpochs = 0;
        job.loadData = [project, batch = static_cast<std::size_t>(job.config.batchSize)]() -> Result<Dataset> {
            TRAINYARD_TRY(Dataset dataset, loadDataset(project.data, project.folder));
            const auto shorten = [](std::vector<std::int32_t> &rows, std::size_t length) { rows.resize(std::min(rows.size(), length)); };
            shorten(dataset.train, kSteps * batch + batch / 2);
            shorten(dataset.validation, batch + batch / 2);
            shorten(dataset.test, batch);
            return dataset;
        };
        return job;
    }

private slots:
    void stoppedAndResumedIsTheSameAsNeverStopped_data()
    {
        QTest::addColumn<QString>("id");
        for (const std::string &id : kSampleIds)
            QTest::newRow(id.c_str()) << QString::fromStdString(id);
    }

    void stoppedAndResumedIsTheSameAsNeverStopped()
    {
        QFETCH(QString, id);
        const TrainJob job = shortJob(id.toStdString());
        Listener whole;
        const TrainProgress end = whole.run(job);
        QVERIFY2(end.state == TrainState::Finished, end.error ? end.error->message.c_str() : "");
        for (const int stopAt : {kSteps - 2, kSteps, 2 * kSteps + 1}) {
            Listener before;
            QCOMPARE(runTo(stopAt, job, before).step, stopAt);
            QTemporaryDir folder;
            const std::filesystem::path file = folder.filePath("stop.safetensors").toStdString();
            QVERIFY(writeCheckpoint(file, *before.lastCheckpoint()));
            TrainJob resumed = job;
            resumed.loadCheckpoint = [file] { return readCheckpoint(file); };
            resumed.segment = 1;
            Listener after;
            QCOMPARE(after.run(std::move(resumed)).state, TrainState::Finished);
            QCOMPARE(firstDifference(*whole.lastCheckpoint(), *after.lastCheckpoint()), std::string());
            QCOMPARE(whole.lastCheckpoint()->judge.best, after.lastCheckpoint()->judge.best);
            for (const char *name : {"train/loss", "validation/loss", "test/loss"}) {
                auto joined = before.series(name);
                const auto rest = after.series(name);
                joined.insert(joined.end(), rest.begin(), rest.end());
                QCOMPARE(joined, whole.series(name));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestSampleResume)
#include "tst_sample_resume.moc"
