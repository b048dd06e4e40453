#include <QTemporaryDir>
#include <QtTest>

#include "engine/storage/run_store.h"
#include "engine/storage/sqlite.h"

using namespace trainyard;

namespace {

NewRun newRun(const std::string &name)
{
    NewRun run;
    run.name = name;
    run.projectName = "digits";
    run.graphJson = R"({"layers":[]})";
    run.configJson = R"({"training":{"epochs":30,"optimizer":{"type":"adam","nesterov":false}}})";
    run.environmentJson = "{}";
    run.device = "cpu";
    run.precision = "float32";
    run.seed = 18446744073709551615u;
    run.parameters = 650;
    run.bestMetricName = "accuracy";
    run.bestMetricHigherIsBetter = true;
    return run;
}

}  // namespace

// A run's life in the store: states, edits, tags, deletion, and processes that die.
class TestRunStore : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::filesystem::path file() const { return m_folder->filePath("runs.sqlite").toStdString(); }
    std::unique_ptr<RunStore> open() const
    {
        auto store = RunStore::open(file());
        return store ? std::move(*store) : nullptr;
    }
    // As if the run's process had died: the owner becomes one that is not there.
    void orphan(std::int64_t runId) const
    {
        auto database = Database::open(file(), Database::Mode::ReadWrite).value();
        QVERIFY(database->execute(fmt::format("UPDATE run SET owner_pid = 999999999 WHERE id = {}", runId)));
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void whatANetworkWroteIsThereAgainByStep()
    {
        std::int64_t id = 0;
        const std::string odd = "\xFF line\nend\xC3\xA4";  // bytes that are no text are kept as they are
        {
            const auto store = open();
            id = store->createRun(newRun("first")).value();
            const std::int64_t other = store->createRun(newRun("second")).value();
            QVERIFY(store->appendSample({0, id, 40, 2, 2000, "The ", odd, R"({"seed":1})"}));
            QVERIFY(store->appendSample({0, id, 20, 1, 1000, "The ", "first", R"({"seed":1})"}));
            QVERIFY(store->appendSample({0, other, 20, 1, 1000, "The ", "of another run", R"({"seed":1})"}));
            // The same step again, as after an interruption: it takes the place of what was there; other settings are beside it.
            QVERIFY(store->appendSample({0, id, 20, 1, 3000, "The ", "again", R"({"seed":1})"}));
            QVERIFY(store->appendSample({0, id, 20, 1, 3000, "The ", "wilder", R"({"seed":2})"}));
        }
        const auto store = open();
        const auto samples = store->samples(id).value();
        QCOMPARE(samples.size(), std::size_t{3});
        QCOMPARE(samples[0].text, std::string("again"));
        QCOMPARE(samples[0].timeMs, std::int64_t{3000});
        QCOMPARE(samples[1].text, std::string("wilder"));
        QCOMPARE(samples[2].text, odd);
        QCOMPARE(samples[2].prompt, std::string("The "));
        QCOMPARE(samples[2].step, std::int64_t{40});
        QCOMPARE(samples[2].epoch, std::int64_t{2});
        QCOMPARE(samples[2].settingsJson, std::string(R"({"seed":1})"));
        QVERIFY(store->setState(id, RunState::Finished));
        QVERIFY(store->purge(id));
        QVERIFY(store->samples(id).value().empty());
    }

    void aRunIsThereAgainAfterReopening()
    {
        std::int64_t id = 0;
        {
            const auto store = open();
            id = store->createRun(newRun("first")).value();
            QVERIFY(store->setState(id, RunState::Running));
            QVERIFY(store->heartbeat(id, 120, 3));
            QVERIFY(store->setBestMetric(id, 0.984, 110));
            QVERIFY(store->setState(id, RunState::Finished));
            QVERIFY(store->setNotes(id, "wide"));
            QVERIFY(store->addTag(id, "b"));
            QVERIFY(store->addTag(id, "a"));
            QVERIFY(store->addTag(id, "a"));
        }
        const auto store = open();
        const RunRecord run = store->run(id).value();
        QCOMPARE(run.uid.size(), 32u);
        QCOMPARE(run.name, std::string("first"));
        QCOMPARE(run.state, RunState::Finished);
        QCOMPARE(run.seed, 18446744073709551615u);
        QCOMPARE(run.parameters, 650);
        QCOMPARE(run.bestMetric.value(), 0.984);
        QCOMPARE(run.bestStep, 110);
        QCOMPARE(run.lastStep, 120);
        QCOMPARE(run.lastEpoch, 3);
        QCOMPARE(run.notes, std::string("wide"));
        QCOMPARE(run.tags, (std::vector<std::string>{"a", "b"}));
        QCOMPARE(run.configJson, newRun("").configJson);
        QVERIFY(run.createdMs > 0 && run.startedMs >= run.createdMs && run.endedMs >= run.startedMs);
        const auto list = store->runs().value();
        QCOMPARE(list.size(), 1u);
        QCOMPARE(list[0].tags, run.tags);
        QVERIFY(list[0].graphJson.empty());  // long texts stay out of the list
    }

    void settingsAreSearchableByTheirPath()
    {
        const auto store = open();
        const auto id = store->createRun(newRun("first")).value();
        const auto valueOf = [&](const char *key) {
            const auto parameters = store->parameters(id).value();
            for (const RunParameter &parameter : parameters)
                if (parameter.key == key)
                    return parameter.text;
            return std::string("-");
        };
        QCOMPARE(valueOf("training.epochs"), std::string("30"));
        QCOMPARE(valueOf("training.optimizer.type"), std::string("adam"));
        QVERIFY(store->setConfig(id, R"({"training":{"epochs":60}})"));
        QCOMPARE(valueOf("training.epochs"), std::string("60"));
        QCOMPARE(valueOf("training.optimizer.type"), std::string("-"));
        QCOMPARE(store->run(id)->configJson, std::string(R"({"training":{"epochs":60}})"));
        QCOMPARE(store->setConfig(99, "{}").error().code, ErrorCode::NotFound);
    }

    void runsWhoseProcessDiedBecomeInterrupted()
    {
        const auto store = open();
        std::vector<std::int64_t> ids;
        for (const RunState state : {RunState::Queued, RunState::Running, RunState::Paused, RunState::Finished, RunState::Running}) {
            ids.push_back(store->createRun(newRun("r")).value());
            QVERIFY(store->setState(ids.back(), state));
        }
        const auto series = store->declareSeries(ids[1], "train/loss", "").value();
        const StoredPoint point{series, 1, 2, 0, 0.5};
        QVERIFY(store->appendPoints(ids[1], std::span(&point, 1)));
        for (std::size_t i = 0; i < 4; ++i)
            orphan(ids[i]);
        QCOMPARE(store->markInterrupted().value(), (std::vector<std::int64_t>{ids[0], ids[1], ids[2]}));
        for (std::size_t i = 0; i < 3; ++i) {
            const RunRecord run = store->run(ids[i]).value();
            QCOMPARE(run.state, RunState::Interrupted);
            QCOMPARE(run.endedMs, run.heartbeatMs);
        }
        QCOMPARE(store->run(ids[3])->state, RunState::Finished);
        QCOMPARE(store->run(ids[4])->state, RunState::Running);  // its process, this one, is alive
        QCOMPARE(store->points(series)->value, std::vector<double>{0.5});
        QVERIFY(store->markInterrupted()->empty());
        QVERIFY(store->setState(ids[1], RunState::Running));  // resumed: this process answers for it now
        QVERIFY(store->markInterrupted()->empty());
        QCOMPARE(store->run(ids[1])->endedMs, 0);
    }

    void anActiveRunIsNotDeleted()
    {
        const auto store = open();
        const auto id = store->createRun(newRun("busy")).value();
        for (const RunState state : {RunState::Queued, RunState::Running, RunState::Paused}) {
            QVERIFY(store->setState(id, state));
            const auto purged = store->purge(id);
            QVERIFY(!purged);
            QVERIFY2(purged.error().message.find("Stop it before deleting") != std::string::npos, purged.error().message.c_str());
        }
        QVERIFY(store->run(id));
    }

    void deletingARunTakesAllThatBelongsToIt()
    {
        const auto store = open();
        const auto id = store->createRun(newRun("old")).value(), other = store->createRun(newRun("kept")).value();
        for (const auto run : {id, other}) {
            const auto series = store->declareSeries(run, "train/loss", "").value();
            std::vector<StoredPoint> points;
            for (int i = 0; i < 1500; ++i)
                points.push_back({series, i, i, 0, 1.0 * i});
            QVERIFY(store->appendPoints(run, points));
            QVERIFY(store->appendEvent({0, run, 1, 0, 5, "info", "message", "hello"}));
            QVERIFY(store->addCheckpoint({0, run, 1, 0, "checkpoints/a", 5, 6, "stop"}));
            QVERIFY(store->addTag(run, "t"));
        }
        QVERIFY(store->setArchived(id, true));
        QCOMPARE(store->runs()->size(), 1u);
        QCOMPARE(store->runs(true)->size(), 2u);
        QVERIFY(store->setArchived(id, false));
        QCOMPARE(store->runs()->size(), 2u);
        QVERIFY(store->setState(id, RunState::Stopped));
        QVERIFY(store->purge(id));
        QCOMPARE(store->run(id).error().code, ErrorCode::NotFound);
        auto database = Database::open(file(), Database::Mode::ReadOnly).value();
        for (const char *table : {"document", "param", "tag", "series", "event", "checkpoint"})
            QCOMPARE(database->integer(fmt::format("SELECT count(*) FROM {} WHERE run_id = {}", table, id)).value(), 0);
        for (const char *table : {"series_stat", "tail", "chunk", "lod"})
            QCOMPARE(database->integer(fmt::format("SELECT count(DISTINCT series_id) FROM {}", table)).value(), 1);
        QCOMPARE(store->points(store->series(other)->front().id)->size(), 1500u);
    }

    void eventsAndCheckpointsKeepTheirOrder()
    {
        const auto store = open();
        const auto id = store->createRun(newRun("r")).value();
        QVERIFY(!store->latestCheckpoint(id)->has_value());
        for (int i = 0; i < 3; ++i) {
            QVERIFY(store->appendEvent({0, id, i, 0, 5, "info", "message", std::to_string(i)}));
            QVERIFY(store->addCheckpoint({0, id, i, 0, std::to_string(i), 5, 6, "epoch"}));
        }
        QCOMPARE(store->events(id)->back().text, std::string("2"));
        QCOMPARE((*store->latestCheckpoint(id))->path, std::string("2"));
        QVERIFY(store->removeCheckpoint((*store->latestCheckpoint(id))->id));
        QCOMPARE((*store->latestCheckpoint(id))->path, std::string("1"));
        QCOMPARE(store->checkpoints(id)->front().path, std::string("0"));
    }

    void workThatFailsLeavesNothingBehind()
    {
        const auto store = open();
        const auto failed = store->transact([&]() -> Status {
            TRAINYARD_CHECK(store->createRun(newRun("half")));
            return fail(ErrorCode::Io, "the disk went away");
        });
        QVERIFY(!failed);
        QVERIFY(store->runs()->empty());
        QVERIFY(store->transact([&]() -> Status {
            TRAINYARD_CHECK(store->createRun(newRun("whole")));
            return {};
        }));
        QCOMPARE(store->runs()->size(), 1u);
    }

    void anUnknownRunIsNotFound()
    {
        const auto store = open();
        QCOMPARE(store->run(5).error().code, ErrorCode::NotFound);
        QCOMPARE(store->setState(5, RunState::Running).error().code, ErrorCode::NotFound);
        QCOMPARE(store->rename(5, "x").error().code, ErrorCode::NotFound);
        QCOMPARE(store->purge(5).error().code, ErrorCode::NotFound);
        QCOMPARE(store->declareSeries(5, "x", "").error().code, ErrorCode::NotFound);
        QCOMPARE(store->points(5).error().code, ErrorCode::NotFound);
    }

    void namesAndNotesHoldAnyText()
    {
        const auto store = open();
        const auto id = store->createRun(newRun("r")).value();
        const std::string odd = "O'Brien \"x\"; DROP TABLE run; -- \xE2\x82\xAC";
        QVERIFY(store->rename(id, odd));
        QVERIFY(store->setNotes(id, odd));
        QVERIFY(store->addTag(id, odd));
        QCOMPARE(store->run(id)->name, odd);
        QCOMPARE(store->run(id)->tags, std::vector<std::string>{odd});
        QVERIFY(store->removeTag(id, odd));
        QVERIFY(store->run(id)->tags.empty());
    }
};

QTEST_GUILESS_MAIN(TestRunStore)
#include "tst_run_store.moc"
