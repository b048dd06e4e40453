#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

#include "engine/storage/sqlite.h"
#include "tests/engine/api/sample_project.h"

using namespace trainyard;
using namespace trainyard::test;

// Whole runs, with everything that can be wrong before and during them.
class TestRunSession : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::filesystem::path folder() const { return m_folder->path().toStdString(); }

    Project shortIris() const
    {
        Project project = copyOfSample("iris", folder());
        project.training.epochs = 3;
        project.training.checkpointEveryEpochs = 1;
        return project;
    }

    static void write(const std::filesystem::path &file, const std::string &text)
    {
        std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
    }

    // Fails with this text, leaves project.json and the data as they were, and the history says why.
    void expectFailure(const Project &project, const char *part)
    {
        const std::string before = readFile(project.file()).value();
        const EndedRun run = runToTheEnd(project);
        QCOMPARE(run.progress.state, TrainState::Failed);
        const std::string &message = run.progress.error->message;
        QVERIFY2(message.find(part) != std::string::npos, message.c_str());
        QCOMPARE(readFile(project.file()).value(), before);
        const RunRecord record = historyOf(project)->run(run.id).value();
        QCOMPARE(record.state, RunState::Failed);
        QCOMPARE(record.exitReason, message);
    }

    static std::string idx(std::initializer_list<int> sizes, const std::string &data)
    {
        std::string out{0, 0, 8, static_cast<char>(sizes.size())};
        for (const int size : sizes)
            for (const int shift : {24, 16, 8, 0})
                out += static_cast<char>(size >> shift);
        return out + data;
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void badTablesEndTheRunWithTheReason_data()
    {
        QTest::addColumn<QString>("table");
        QTest::addColumn<QString>("message");
        const QString header = "sepal_length_cm,sepal_width_cm,petal_length_cm,petal_width_cm,species\n";
        QTest::newRow("ragged rows") << header + "1,2,3,4,a\n1,2,3,b\n" << "line 3: expected 5 fields, found 4";
        QTest::newRow("text in a numeric column") << header + "1,2,3,4,a\n1,wide,3,4,b\n" + QString("1,2,3,4,a\n1,2,3,4,b\n").repeated(5) << "Line 3, column \"sepal_width_cm\": \"wide\" is not a number";
        QTest::newRow("no rows") << header << "no rows";
        QTest::newRow("one class only") << header + "1,2,3,4,a\n1,2,3,4,a\n" << "one class only";
        QTest::newRow("target missing") << header + "1,2,3,4,a\n1,2,3,4,NaN\n" << "Line 3, target column \"species\": the value is missing";
        QTest::newRow("column gone") << "x,species\n1,a\n2,b\n" << "The file has no column \"sepal_length_cm\"";
    }

    void badTablesEndTheRunWithTheReason()
    {
        QFETCH(QString, table);
        QFETCH(QString, message);
        const Project project = shortIris();
        write(project.folder / project.data.file, table.toStdString());
        expectFailure(project, message.toUtf8().constData());
    }

    void aTargetValueThatIsNotANumberEndsTheRun()
    {
        const Project project = copyOfSample("diabetes", folder());
        std::string table = readFile(project.folder / project.data.file).value();
        const auto second = table.find('\n', table.find('\n') + 1);
        table.replace(table.rfind(',', second) + 1, second - table.rfind(',', second) - 1, "nan");
        write(project.folder / project.data.file, table);
        expectFailure(project, "Line 2, target column \"progression\": the value is missing");
    }

    void anIdxFileCutShortEndsTheRun()
    {
        Project project = shortIris();
        project.data = {};
        project.data.format = DataFormat::Idx;
        project.data.file = "images";
        project.data.labelsFile = "labels";
        write(project.folder / "images", idx({20, 2, 2}, std::string(50, '\x10')));
        write(project.folder / "labels", idx({20}, std::string(20, '\1')));
        expectFailure(project, "asks for 96 bytes, the file has 66");
    }

    void missingDataEndTheRun()
    {
        const Project project = shortIris();
        std::filesystem::remove(project.folder / project.data.file);
        expectFailure(project, "is not there");
    }

    void aBatchLargerThanTheDataEndsTheRun()
    {
        Project project = shortIris();
        project.training.batchSize = 1000;
        expectFailure(project, "The batch size of 1,000 is larger than the training part of 90 rows. Set it to 90 or less.");
    }

    void theBestWeightsAreOneFileBesideTheLatest()
    {
        Project project = shortIris();
        project.training.epochs = 8;
        project.training.best = {true, "loss", true};
        const EndedRun run = runToTheEnd(project);
        QCOMPARE(run.progress.state, TrainState::Finished);
        const auto kept = historyOf(project)->checkpoints(run.id).value();
        QCOMPARE(std::count_if(kept.begin(), kept.end(), [](const CheckpointRecord &one) { return one.reason == "best"; }), 1);
        QCOMPARE(kept.size(), std::size_t{6});  // the best, and the five latest others
        std::size_t files = 0;
        for ([[maybe_unused]] const auto &file : std::filesystem::directory_iterator(project.folder / "checkpoints"))
            ++files;
        QCOMPARE(files, kept.size());
        for (const CheckpointRecord &one : kept)
            if (one.reason == "best")
                QCOMPARE(one.step, run.progress.bestStep);
        // A run that goes on tests with them where nothing better comes.
        const EndedRun more = runToTheEnd(project, run.id, 9);
        QCOMPARE(more.progress.state, TrainState::Finished);
        const std::vector<StoredEvent> events = historyOf(project)->events(run.id).value();
        QVERIFY(!events.empty());
        for (const StoredEvent &event : events)
            QVERIFY2(event.level != "warning", event.text.c_str());
    }

    void anUnknownLayerEndsTheRunByName()
    {
        Project project = shortIris();
        project.graph.edit(3)->type = "capsule";
        expectFailure(project, "tanh1 is a layer of type capsule, which this program does not know");
    }

    void anUnknownDeviceEndsTheRun()
    {
        Project project = shortIris();
        project.training.device = "cuda:7";
        expectFailure(project, "cuda:7");
    }

    void aHistoryThatCannotBeOpenedEndsTheRunAndIsNotTouched_data()
    {
        QTest::addColumn<QString>("message");
        QTest::addColumn<int>("code");
        QTest::newRow("not a database") << "is not a database" << static_cast<int>(ErrorCode::InvalidFile);
        QTest::newRow("newer") << "written by a newer Trainyard" << static_cast<int>(ErrorCode::Unsupported);
        QTest::newRow("folder") << "is a folder" << static_cast<int>(ErrorCode::Io);
    }

    void aHistoryThatCannotBeOpenedEndsTheRunAndIsNotTouched()
    {
        QFETCH(QString, message);
        QFETCH(int, code);
        const Project project = shortIris();
        if (code == static_cast<int>(ErrorCode::InvalidFile)) {
            write(project.database(), std::string(4096, 'x'));
        } else if (code == static_cast<int>(ErrorCode::Unsupported)) {
            QVERIFY(RunStore::open(project.database()));
            auto database = Database::open(project.database(), Database::Mode::ReadWrite).value();
            QVERIFY(database->execute("PRAGMA journal_mode = DELETE; PRAGMA user_version = 99"));
        } else {
            std::filesystem::create_directory(project.database());
        }
        const auto before = readFile(project.database());
        const EndedRun run = runToTheEnd(project);
        QCOMPARE(run.progress.state, TrainState::Failed);
        QCOMPARE(static_cast<int>(run.progress.error->code), code);
        QVERIFY2(QString::fromStdString(run.progress.error->message).contains(message), run.progress.error->message.c_str());
        QCOMPARE(run.progress.step, 0);
        QCOMPARE(run.id, 0);
        const auto after = readFile(project.database());
        QCOMPARE(after.has_value(), before.has_value());
        QVERIFY(!after || *after == *before);
        QVERIFY(!std::filesystem::exists(project.checkpoints()));
    }

    void aRunThatCannotBeSavedAnywhereEndsWithTheReason()
    {
        Project project = shortIris();
        project.folder = project.file();  // below a regular file nothing can be made
        const EndedRun run = runToTheEnd(project);
        QCOMPARE(run.progress.state, TrainState::Failed);
        QCOMPARE(run.progress.error->code, ErrorCode::Io);
    }

    void theRecordHoldsWhatTheRunWas()
    {
        const Project project = shortIris();
        const EndedRun run = runToTheEnd(project, {}, 5);
        QCOMPARE(run.progress.state, TrainState::Finished);
        const auto store = historyOf(project);
        const RunRecord record = store->run(run.id).value();
        QCOMPARE(record.name, std::string("Iris flowers 1"));
        QCOMPARE(record.seed, project.training.seed);
        QCOMPARE(record.parameters, 131);
        QVERIFY(record.startedMs > 0 && record.endedMs >= record.startedMs);  // however short it was
        QCOMPARE(record.lastEpoch, 5);
        QCOMPARE(record.lastStep, run.progress.step);
        QCOMPARE(record.bestMetricName, std::string("accuracy"));
        QVERIFY(record.configJson.find("\"epochs\":5") != std::string::npos);  // as it was trained, not as the file says
        QVERIFY(record.environmentJson.find("instruction_set") != std::string::npos);
        std::map<std::string, std::int64_t> counts;
        const auto allSeries = store->series(run.id).value();
        for (const StoredSeries &series : allSeries)
            counts[series.name] = series.count;
        QCOMPARE(counts["train/loss"], run.progress.step);
        QCOMPARE(counts["validation/accuracy"], 5);
        QCOMPARE(counts["test/accuracy"], 1);
        int epochs = 0;
        const auto allEvents = store->events(run.id).value();
        for (const StoredEvent &event : allEvents)
            epochs += event.kind == "epoch";
        QCOMPARE(epochs, 5);
        const auto allCheckpoints = store->checkpoints(run.id).value();
        for (const CheckpointRecord &checkpoint : allCheckpoints) {
            const auto read = readCheckpoint(project.folder / checkpoint.path);
            QVERIFY2(read, read ? "" : read.error().message.c_str());
            QCOMPARE(read->step, checkpoint.step);
            QCOMPARE(static_cast<std::int64_t>(std::filesystem::file_size(project.folder / checkpoint.path)), checkpoint.bytes);
        }
        QCOMPARE(runToTheEnd(project).id, 2);
        QCOMPARE(historyOf(project)->run(2)->name, std::string("Iris flowers 2"));
    }

    void whoListensBeforeTheRunBeginsHearsItsFirstEvent()
    {
        const Project project = shortIris();
        const auto hub = std::make_shared<TelemetryHub>();
        const auto subscription = hub->subscribe(1);
        std::int64_t id = 0;
        {
            RunSession session({std::make_shared<const Project>(project), {}, {}, 1}, std::make_shared<StoreThread>(project.database()), hub);
            QTRY_VERIFY(session.finished());
            id = session.runId();
        }
        std::vector<RunEvent> heard;
        subscription->drainEvents(heard);
        const auto kept = historyOf(project)->events(id).value();
        QCOMPARE(heard.size(), kept.size());
        QCOMPARE(heard.front().text, kept.front().text);
    }

    void theSameSeedGivesTheSameHistoryToTheBit()
    {
        Project project = copyOfSample("breast-cancer", folder());
        project.training.epochs = 4;
        const auto curve = [&](std::uint64_t seed) {
            project.training.seed = seed;
            const std::int64_t run = runToTheEnd(project).id;
            const auto store = historyOf(project);
            const auto allSeries = store->series(run).value();
            for (const StoredSeries &series : allSeries)
                if (series.name == "train/loss")
                    return store->points(series.id)->value;
            return std::vector<double>();
        };
        const auto first = curve(1);
        QVERIFY(first.size() > 20);
        QCOMPARE(curve(1), first);
        QVERIFY(curve(2) != first);
    }

    void aStoppedRunGoesOnAsItBeganWhateverWasEditedSince()
    {
        Project project = copyOfSample("digits-mlp", folder());
        project.training.epochs = 40;
        project.training.checkpointEveryEpochs = 0;
        const EndedRun whole = runToTheEnd(project);

        std::int64_t stopped = 0;
        {
            RunSession session({std::make_shared<const Project>(project), "cut", {}, {}}, std::make_shared<StoreThread>(project.database()));
            QTRY_VERIFY(session.progress().step > 0);
            session.stop();
            session.wait();
            QCOMPARE(session.progress().state, TrainState::Stopped);
            QVERIFY(session.progress().step < whole.progress.step);
            stopped = session.runId();
        }
        QCOMPARE(historyOf(project)->run(stopped)->state, RunState::Stopped);
        Project edited = project;
        edited.graph.edit(2)->parameters["units"] = std::int64_t{7};
        edited.training.seed = 5;
        edited.training.epochs = 3;
        edited.data.split.seed = 9;
        const EndedRun resumed = runToTheEnd(edited, stopped);
        QVERIFY2(!resumed.progress.error, resumed.progress.error ? resumed.progress.error->message.c_str() : "");
        QCOMPARE(resumed.id, stopped);
        QCOMPARE(resumed.progress.step, whole.progress.step);
        const Checkpoint a = lastCheckpointOf(project, whole.id), b = lastCheckpointOf(project, stopped);
        QCOMPARE(a.tensors.tensors.size(), b.tensors.tensors.size());
        for (std::size_t i = 0; i < a.tensors.tensors.size(); ++i) {
            QCOMPARE(a.tensors.tensors[i].name, b.tensors.tensors[i].name);
            QVERIFY2(a.tensors.tensors[i].tensor.data == b.tensors.tensors[i].tensor.data, a.tensors.tensors[i].name.c_str());
        }
        QCOMPARE(resumed.progress.testMetric, whole.progress.testMetric);
        const RunRecord record = historyOf(project)->run(stopped).value();
        QCOMPARE(record.state, RunState::Finished);
        QCOMPARE(record.name, std::string("cut"));
    }

    void aFinishedRunGoesOnOnlyForMoreEpochs()
    {
        const Project project = shortIris();
        const EndedRun run = runToTheEnd(project);
        const EndedRun again = runToTheEnd(project, run.id);
        QCOMPARE(again.progress.state, TrainState::Failed);
        QVERIFY2(again.progress.error->message.find("has trained 3 epochs already") != std::string::npos, again.progress.error->message.c_str());
        QCOMPARE(historyOf(project)->run(run.id)->state, RunState::Finished);  // a resume that never began changes nothing
        const EndedRun more = runToTheEnd(project, run.id, 6);
        QCOMPARE(more.progress.state, TrainState::Finished);
        QCOMPARE(more.progress.epoch, 6);
        QVERIFY(historyOf(project)->run(run.id)->configJson.find("\"epochs\":6") != std::string::npos);
        QCOMPARE(runToTheEnd(project, 99).progress.error->code, ErrorCode::NotFound);
    }

    void aRunWithoutACheckpointCannotGoOn()
    {
        Project project = shortIris();
        const auto id = historyOf(project)->createRun({.name = "empty"}).value();
        QVERIFY(historyOf(project)->setState(id, RunState::Failed, "x"));
        QVERIFY(runToTheEnd(project, id).progress.error->message.find("has no checkpoint to resume from") != std::string::npos);
        const EndedRun run = runToTheEnd(project);
        for (const auto &entry : std::filesystem::directory_iterator(project.checkpoints()))
            std::filesystem::remove(entry.path());
        QCOMPARE(runToTheEnd(project, run.id, 9).progress.error->code, ErrorCode::NotFound);
        QCOMPARE(historyOf(project)->run(run.id)->state, RunState::Finished);
    }

    void droppingTheSessionStopsAndSaves()
    {
        Project project = copyOfSample("digits-mlp", folder());
        project.training.epochs = 100'000;
        {
            RunSession session({std::make_shared<const Project>(project), {}, {}, {}}, std::make_shared<StoreThread>(project.database()));
            QTRY_VERIFY(session.progress().step > 0);
        }
        const auto store = historyOf(project);
        QCOMPARE(store->run(1)->state, RunState::Stopped);
        QCOMPARE((*store->latestCheckpoint(1))->reason, std::string("stop"));
    }

    void onlyTheLastCheckpointsAreKept()
    {
        Project project = shortIris();
        project.training.epochs = 12;
        const EndedRun run = runToTheEnd(project);
        QCOMPARE(historyOf(project)->checkpoints(run.id)->size(), 5u);
        QCOMPARE(std::distance(std::filesystem::directory_iterator(project.checkpoints()), std::filesystem::directory_iterator()), 5);
    }

    void pauseAndResumeAreInTheHistory()
    {
        Project project = copyOfSample("digits-mlp", folder());
        project.training.epochs = 100'000;
        const auto store = std::make_shared<StoreThread>(project.database());
        RunSession session({std::make_shared<const Project>(project), {}, {}, {}}, store);
        session.pause();
        QTRY_COMPARE(session.progress().state, TrainState::Paused);
        QTRY_VERIFY(session.runId() > 0);
        const auto reader = historyOf(project);
        QTRY_COMPARE(reader->run(1)->state, RunState::Paused);
        session.resume();
        QTRY_COMPARE(reader->run(1)->state, RunState::Running);
        QTRY_VERIFY(session.progress().step > 0);
        session.saveCheckpoint();
        QTRY_VERIFY(reader->latestCheckpoint(1)->has_value());
        session.setLearningRate(0.5);
        session.stop();
        session.wait();
        QStringList kinds;
        const auto allEvents = reader->events(1).value();
        for (const StoredEvent &event : allEvents)
            if (event.kind != "epoch")
                kinds += QString::fromStdString(event.kind);
        for (const char *kind : {"started", "paused", "resumed", "checkpoint", "learning_rate", "finished"})
            QVERIFY2(kinds.contains(kind), kind);
    }
};

QTEST_GUILESS_MAIN(TestRunSession)
#include "tst_run_session.moc"
