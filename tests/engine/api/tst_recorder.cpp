#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <fstream>

#include <sys/resource.h>

#include "engine/api/recorder.h"

using namespace trainyard;

namespace {

// While it lives, no file of this process may grow beyond so many bytes: the refusal a full disk gives.
class TightDisk {
public:
    explicit TightDisk(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_old);
        rlimit tight = m_old;
        tight.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &tight);
    }
    ~TightDisk() { setrlimit(RLIMIT_FSIZE, &m_old); }

private:
    rlimit m_old{};
};

}  // namespace

// A recorder driven by hand: what a disk that refuses does to the history, and what it does not.
class TestRecorder : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::shared_ptr<TelemetryHub> m_hub;
    std::unique_ptr<RunStore> m_store;
    std::unique_ptr<Recorder> m_recorder;
    std::shared_ptr<Subscription> m_log;
    std::filesystem::path folder() const { return m_folder->path().toStdString(); }

    void publish(std::int64_t from, std::int64_t count)
    {
        const auto series = m_hub->declare({"train/loss", ""});
        for (std::int64_t step = from; step < from + count; ++step)
            m_hub->publish(Point{series, 0, step, step, 0.5});
    }

    void progress(TrainState state, std::int64_t step)
    {
        TrainProgress progress;
        progress.state = state;
        progress.step = step;
        m_recorder->setProgress(progress);
    }

    std::int64_t stored()
    {
        const auto all = m_store->series(m_recorder->runId()).value();
        return all.empty() ? 0 : all.front().count;
    }

    std::vector<std::string> warnings()
    {
        std::vector<RunEvent> events;
        m_log->drainEvents(events);
        std::vector<std::string> texts;
        for (const RunEvent &event : events)
            if (event.level == EventLevel::Error)
                texts.push_back(event.text);
        return texts;
    }

    static std::shared_ptr<const Checkpoint> checkpointAt(std::int64_t step)
    {
        auto checkpoint = std::make_shared<Checkpoint>();
        checkpoint->step = step;
        checkpoint->tensors.tensors = {{"a", HostTensor({DType::F32, Shape{4}})}};
        return checkpoint;
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_hub = std::make_shared<TelemetryHub>();
        m_log = m_hub->subscribeLossless();
        m_store = RunStore::open(folder() / "runs.sqlite").value();
        NewRun run;
        run.projectName = "p";
        m_recorder = std::make_unique<Recorder>(run, 0, folder(), m_hub);
    }

    void nothingIsWrittenBeforeTheRunIsReady()
    {
        publish(0, 10);
        m_recorder->flush(*m_store);
        QCOMPARE(m_recorder->runId(), 0);
        QVERIFY(m_store->runs()->empty());
        m_recorder->prepared({});
        progress(TrainState::Running, 10);
        m_recorder->flush(*m_store);
        QVERIFY(m_recorder->runId() > 0);
        QCOMPARE(stored(), 10);
        QCOMPARE(m_store->run(m_recorder->runId())->lastStep, 10);
    }

    void aDiskThatRefusesLosesNoPoint()
    {
        m_recorder->prepared({});
        progress(TrainState::Running, 0);
        publish(0, 100);
        m_recorder->flush(*m_store);
        QCOMPARE(stored(), 100);
        {
            const TightDisk tight(64 * 1024);
            for (int round = 0; round < 3; ++round) {
                publish(100 + round * 20'000, 20'000);
                m_recorder->flush(*m_store);
            }
            QCOMPARE(stored(), 100);
            const auto told = warnings();
            QCOMPARE(told.size(), 1u);  // once, not at every try
            QVERIFY2(told[0].find("training goes on") != std::string::npos, told[0].c_str());
        }
        progress(TrainState::Finished, 60'100);
        m_recorder->flush(*m_store);
        QVERIFY(m_recorder->done());
        QVERIFY(!m_recorder->trouble());
        QCOMPARE(stored(), 60'100);
        const auto points = m_store->points(m_store->series(m_recorder->runId())->front().id).value();
        for (std::size_t i = 0; i < points.size(); ++i)
            QCOMPARE(points.step[i], static_cast<double>(i));
        QCOMPARE(m_store->run(m_recorder->runId())->state, RunState::Finished);
    }

    void aRunThatEndsOnAFullDiskSaysSoAndEnds()
    {
        m_recorder->prepared({});
        progress(TrainState::Running, 0);
        m_recorder->flush(*m_store);
        const TightDisk tight(64 * 1024);
        publish(0, 20'000);
        progress(TrainState::Finished, 20'000);
        for (int tries = 0; tries < 100 && !m_recorder->done(); ++tries)
            m_recorder->flush(*m_store);
        QVERIFY(m_recorder->done());
        QCOMPARE(m_recorder->trouble()->code, ErrorCode::Io);
    }

    void aCheckpointThatCannotBeWrittenWaitsAndThePointsDoNot()
    {
        m_recorder->prepared({});
        progress(TrainState::Running, 0);
        std::ofstream(folder() / "checkpoints") << "a file where the folder should be";
        m_recorder->saveCheckpoint(checkpointAt(5), "request");
        publish(0, 10);
        m_recorder->flush(*m_store);
        QCOMPARE(stored(), 10);
        QVERIFY(m_store->checkpoints(m_recorder->runId())->empty());
        QCOMPARE(warnings().size(), 1u);
        std::filesystem::remove(folder() / "checkpoints");
        m_recorder->saveCheckpoint(checkpointAt(9), "stop");
        m_recorder->flush(*m_store);
        const auto saved = m_store->checkpoints(m_recorder->runId()).value();
        QCOMPARE(saved.size(), 2u);
        QCOMPARE(saved[0].step, 5);
        QCOMPARE(saved[1].step, 9);
        for (const CheckpointRecord &checkpoint : saved)
            QVERIFY(readCheckpoint(folder() / checkpoint.path));
    }

    void aCheckpointThatDoesNotFitLeavesNoHalfFile()
    {
        m_recorder->prepared({});
        progress(TrainState::Running, 0);
        m_recorder->flush(*m_store);
        auto large = std::make_shared<Checkpoint>();
        large->tensors.tensors = {{"a", HostTensor({DType::F32, Shape{100'000}})}};
        m_recorder->saveCheckpoint(large, "request");
        {
            const TightDisk tight(200'000);
            m_recorder->flush(*m_store);
        }
        QCOMPARE(warnings().size(), 1u);
        QVERIFY(std::filesystem::is_empty(folder() / "checkpoints"));
        QVERIFY(m_store->checkpoints(m_recorder->runId())->empty());
        m_recorder->flush(*m_store);
        QCOMPARE(m_store->checkpoints(m_recorder->runId())->size(), 1u);
    }
};

QTEST_GUILESS_MAIN(TestRecorder)
#include "tst_recorder.moc"
