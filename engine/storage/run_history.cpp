// The part of RunStore that lists runs and what belongs to them, and changes what a person may change.
#include "engine/storage/run_store.h"

#include <unordered_map>

#include "engine/storage/series_log.h"
#include "engine/storage/sqlite.h"

namespace trainyard {

namespace {

constexpr const char *kRunColumns =
    "id, uid, name, project_name, state, created_ms, started_ms, ended_ms, heartbeat_ms, exit_reason, seed, parameters, "
    "device, precision, notes, best_metric_name, best_higher, best_metric, best_step, last_step, last_epoch, archived";

RunRecord readRun(const Statement &row)
{
    RunRecord run;
    run.id = row.integer(0);
    run.uid = row.text(1);
    run.name = row.text(2);
    run.projectName = row.text(3);
    run.state = runStateFromName(row.text(4)).value_or(RunState::Interrupted);
    run.createdMs = row.integer(5);
    run.startedMs = row.integer(6);
    run.endedMs = row.integer(7);
    run.heartbeatMs = row.integer(8);
    run.exitReason = row.text(9);
    run.seed = static_cast<std::uint64_t>(row.integer(10));
    run.parameters = row.integer(11);
    run.device = row.text(12);
    run.precision = row.text(13);
    run.notes = row.text(14);
    run.bestMetricName = row.text(15);
    run.bestMetricHigherIsBetter = row.integer(16) != 0;
    run.bestMetric = row.optionalReal(17);
    run.bestStep = row.integer(18);
    run.lastStep = row.integer(19);
    run.lastEpoch = row.integer(20);
    run.archived = row.integer(21) != 0;
    return run;
}

CheckpointRecord readCheckpoint(const Statement &row)
{
    CheckpointRecord checkpoint;
    checkpoint.id = row.integer(0);
    checkpoint.runId = row.integer(1);
    checkpoint.step = row.integer(2);
    checkpoint.epoch = row.integer(3);
    checkpoint.path = row.text(4);
    checkpoint.createdMs = row.integer(5);
    checkpoint.bytes = row.integer(6);
    checkpoint.reason = row.text(7);
    return checkpoint;
}

// Every remaining row of statement, read by read.
template <typename Read>
auto collect(Statement &statement, Read read) -> Result<std::vector<decltype(read(statement))>>
{
    std::vector<decltype(read(statement))> all;
    for (;;) {
        TRAINYARD_TRY(const bool more, statement.next());
        if (!more)
            return all;
        all.push_back(read(statement));
    }
}

}  // namespace

Result<std::vector<RunRecord>> RunStore::runs(bool includeArchived)
{
    TRAINYARD_TRY(auto transaction, Transaction::begin(*m_database, Transaction::Kind::Read));
    TRAINYARD_TRY(auto rows, m_database->prepare(fmt::format(
        "SELECT {} FROM run WHERE archived = 0 OR ?1 ORDER BY id DESC", kRunColumns)));
    TRAINYARD_TRY(auto all, collect(rows.bind(includeArchived), readRun));
    std::unordered_map<std::int64_t, RunRecord *> byId;
    for (RunRecord &run : all)
        byId.emplace(run.id, &run);
    {
        TRAINYARD_TRY(auto tags, m_database->prepare("SELECT run_id, tag FROM tag ORDER BY run_id, tag"));
        for (;;) {
            TRAINYARD_TRY(const bool more, tags.next());
            if (!more)
                break;
            if (const auto run = byId.find(tags.integer(0)); run != byId.end())
                run->second->tags.push_back(tags.text(1));
        }
    }
    TRAINYARD_CHECK(transaction.commit());
    return all;
}

Result<RunRecord> RunStore::run(std::int64_t runId)
{
    TRAINYARD_TRY(auto transaction, Transaction::begin(*m_database, Transaction::Kind::Read));
    RunRecord run;
    {
        TRAINYARD_TRY(auto row, m_database->prepare(fmt::format(
            "SELECT {}, graph_json, config_json, environment_json FROM run JOIN document ON run_id = id WHERE id = ?1",
            kRunColumns)));
        TRAINYARD_TRY(const bool found, row.bind(runId).next());
        if (!found)
            return fail(ErrorCode::NotFound, "There is no run {} in {}.", runId, path().string());
        run = readRun(row);
        run.graphJson = row.text(22);
        run.configJson = row.text(23);
        run.environmentJson = row.text(24);
    }
    {
        TRAINYARD_TRY(auto tags, m_database->prepare("SELECT tag FROM tag WHERE run_id = ?1 ORDER BY tag"));
        TRAINYARD_TRY(run.tags, collect(tags.bind(runId), [](const Statement &row) { return row.text(0); }));
    }
    TRAINYARD_CHECK(transaction.commit());
    return run;
}

Result<std::vector<RunParameter>> RunStore::parameters(std::int64_t runId)
{
    TRAINYARD_TRY(auto rows, m_database->prepare("SELECT key, num, txt FROM param WHERE run_id = ?1 ORDER BY key"));
    return collect(rows.bind(runId), [](const Statement &row) {
        return RunParameter{row.text(0), row.optionalReal(1), row.text(2)};
    });
}

Status RunStore::appendEvent(const StoredEvent &event)
{
    TRAINYARD_TRY(auto insert, m_database->prepare(
        "INSERT INTO event(run_id, step, epoch, t_ms, level, kind, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    return insert.bind(event.runId, event.step, event.epoch, event.timeMs, event.level, event.kind, event.text).run();
}

Result<std::vector<StoredEvent>> RunStore::events(std::int64_t runId)
{
    TRAINYARD_TRY(auto rows, m_database->prepare(
        "SELECT id, run_id, step, epoch, t_ms, level, kind, text FROM event WHERE run_id = ?1 ORDER BY id"));
    return collect(rows.bind(runId), [](const Statement &row) {
        return StoredEvent{row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4),
                           row.text(5),    row.text(6),    row.text(7)};
    });
}

Result<std::int64_t> RunStore::addCheckpoint(const CheckpointRecord &checkpoint)
{
    TRAINYARD_TRY(auto insert, m_database->prepare(
        "INSERT INTO checkpoint(run_id, step, epoch, path, created_ms, bytes, reason) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    TRAINYARD_CHECK(insert.bind(checkpoint.runId, checkpoint.step, checkpoint.epoch, checkpoint.path,
                                checkpoint.createdMs, checkpoint.bytes, checkpoint.reason).run());
    return m_database->lastInsertId();
}

Status RunStore::removeCheckpoint(std::int64_t checkpointId)
{
    TRAINYARD_TRY(auto remove, m_database->prepare("DELETE FROM checkpoint WHERE id = ?1"));
    return remove.bind(checkpointId).run();
}

Result<std::vector<CheckpointRecord>> RunStore::checkpoints(std::int64_t runId)
{
    TRAINYARD_TRY(auto rows, m_database->prepare(
        "SELECT id, run_id, step, epoch, path, created_ms, bytes, reason FROM checkpoint WHERE run_id = ?1 ORDER BY id"));
    return collect(rows.bind(runId), readCheckpoint);
}

Result<std::optional<CheckpointRecord>> RunStore::latestCheckpoint(std::int64_t runId)
{
    TRAINYARD_TRY(auto row, m_database->prepare(
        "SELECT id, run_id, step, epoch, path, created_ms, bytes, reason FROM checkpoint WHERE run_id = ?1 "
        "ORDER BY id DESC LIMIT 1"));
    TRAINYARD_TRY(const bool found, row.bind(runId).next());
    if (!found)
        return std::optional<CheckpointRecord>();
    return std::optional(readCheckpoint(row));
}

Status RunStore::appendSample(const SampleRecord &sample)
{
    TRAINYARD_TRY(auto insert, m_database->prepare(
        "INSERT INTO sample(run_id, step, epoch, t_ms, prompt, text, settings_json) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    return insert.bind(sample.runId, sample.step, sample.epoch, sample.timeMs, sample.prompt, sample.text, sample.settingsJson).run();
}

Result<std::vector<SampleRecord>> RunStore::samples(std::int64_t runId)
{
    TRAINYARD_TRY(auto rows, m_database->prepare(
        "SELECT id, run_id, step, epoch, t_ms, prompt, text, settings_json FROM sample WHERE run_id = ?1 ORDER BY step, id"));
    return collect(rows.bind(runId), [](const Statement &row) {
        return SampleRecord{row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4), row.text(5), row.text(6), row.text(7)};
    });
}

Status RunStore::updateRun(std::int64_t runId, std::string_view column, std::string_view value)
{
    TRAINYARD_TRY(auto update, m_database->prepare(fmt::format("UPDATE run SET {} = ?2 WHERE id = ?1", column)));
    TRAINYARD_CHECK(update.bind(runId, value).run());
    if (m_database->changes() == 0)
        return fail(ErrorCode::NotFound, "There is no run {} in {}.", runId, path().string());
    return {};
}

Status RunStore::rename(std::int64_t runId, std::string_view name)
{
    return updateRun(runId, "name", name);
}

Status RunStore::setNotes(std::int64_t runId, std::string_view notes)
{
    return updateRun(runId, "notes", notes);
}

Status RunStore::setArchived(std::int64_t runId, bool archived)
{
    return updateRun(runId, "archived", archived ? "1" : "0");  // the column's type turns it into a number
}

Status RunStore::addTag(std::int64_t runId, std::string_view tag)
{
    TRAINYARD_TRY(auto insert, m_database->prepare("INSERT INTO tag VALUES(?1, ?2) ON CONFLICT DO NOTHING"));
    return insert.bind(runId, tag).run();
}

Status RunStore::removeTag(std::int64_t runId, std::string_view tag)
{
    TRAINYARD_TRY(auto remove, m_database->prepare("DELETE FROM tag WHERE run_id = ?1 AND tag = ?2"));
    return remove.bind(runId, tag).run();
}

Status RunStore::purge(std::int64_t runId)
{
    TRAINYARD_TRY(auto transaction, Transaction::begin(*m_database));
    TRAINYARD_TRY(const RunRecord record, run(runId));
    if (isActive(record.state)) {
        return fail(ErrorCode::InvalidArgument, "The run {} is {}. Stop it before deleting it.", record.name,
                    runStateName(record.state));
    }
    TRAINYARD_TRY(auto remove, m_database->prepare("DELETE FROM run WHERE id = ?1"));
    TRAINYARD_CHECK(remove.bind(runId).run());
    return transaction.commit();
}

}  // namespace trainyard
