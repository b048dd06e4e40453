// The life of a run and the series' delegates; the history is in run_history.cpp.
#include "engine/storage/run_store.h"

#include <chrono>
#include <random>

#include "engine/storage/process_identity.h"
#include "engine/storage/run_parameters.h"
#include "engine/storage/series_log.h"
#include "engine/storage/sqlite.h"
#include "engine/storage/store_file.h"

namespace trainyard {

namespace {

std::int64_t nowMs()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

// Not from the seeded generator on purpose: the name of a run must be new every time.
std::string newUid()
{
    std::random_device random;
    std::string uid;
    for (int i = 0; i < 4; ++i)
        uid += fmt::format("{:08x}", random());
    return uid;
}

}  // namespace

RunStore::RunStore(std::unique_ptr<Database> database)
    : m_database(std::move(database)), m_log(std::make_unique<SeriesLog>(*m_database))
{
}

RunStore::~RunStore() = default;

Result<std::unique_ptr<RunStore>> RunStore::open(const std::filesystem::path &path, OpenMode mode)
{
    TRAINYARD_TRY(auto database, openStoreFile(path, mode == OpenMode::ReadOnly));
    return std::unique_ptr<RunStore>(new RunStore(std::move(database)));
}

const std::filesystem::path &RunStore::path() const
{
    return m_database->path();
}

Status RunStore::transact(const std::function<Status()> &work)
{
    TRAINYARD_TRY(auto transaction, Transaction::begin(*m_database));
    TRAINYARD_CHECK(work());
    return transaction.commit();
}

Result<std::int64_t> RunStore::createRun(const NewRun &run)
{
    TRAINYARD_TRY(auto transaction, Transaction::begin(*m_database));
    const ProcessIdentity owner = currentProcess();
    const std::int64_t now = nowMs();
    TRAINYARD_TRY(auto insert, m_database->prepare(
        "INSERT INTO run(uid, name, project_name, state, created_ms, heartbeat_ms, owner_pid, owner_start, owner_boot, "
        "seed, parameters, device, precision, best_metric_name, best_higher) "
        "VALUES(?1, ?2, ?3, 'queued', ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"));
    TRAINYARD_CHECK(insert.bind(newUid(), run.name, run.projectName, now, owner.pid, owner.startTicks, owner.bootId,
                                static_cast<std::int64_t>(run.seed), run.parameters, run.device, run.precision,
                                run.bestMetricName, run.bestMetricHigherIsBetter).run());
    const std::int64_t id = m_database->lastInsertId();
    TRAINYARD_TRY(auto document, m_database->prepare("INSERT INTO document VALUES(?1, ?2, ?3, ?4)"));
    TRAINYARD_CHECK(document.bind(id, run.graphJson, run.configJson, run.environmentJson).run());
    TRAINYARD_CHECK(writeParameters(id, run.configJson));
    TRAINYARD_CHECK(transaction.commit());
    return id;
}

Status RunStore::writeParameters(std::int64_t runId, std::string_view configJson)
{
    for (const RunParameter &parameter : flattenParameters(configJson)) {
        TRAINYARD_TRY(auto row, m_database->prepare("INSERT OR REPLACE INTO param VALUES(?1, ?2, ?3, ?4)"));
        TRAINYARD_CHECK(row.bind(runId, parameter.key, parameter.number, parameter.text).run());
    }
    return {};
}

Status RunStore::setConfig(std::int64_t runId, std::string_view configJson)
{
    TRAINYARD_TRY(auto transaction, Transaction::begin(*m_database));
    TRAINYARD_TRY(auto update, m_database->prepare("UPDATE document SET config_json = ?2 WHERE run_id = ?1"));
    TRAINYARD_CHECK(update.bind(runId, configJson).run());
    if (m_database->changes() == 0)
        return fail(ErrorCode::NotFound, "There is no run {} in {}.", runId, path().string());
    TRAINYARD_TRY(auto remove, m_database->prepare("DELETE FROM param WHERE run_id = ?1"));
    TRAINYARD_CHECK(remove.bind(runId).run());
    TRAINYARD_CHECK(writeParameters(runId, configJson));
    return transaction.commit();
}

Status RunStore::setEnvironment(std::int64_t runId, std::string_view environmentJson)
{
    TRAINYARD_TRY(auto transaction, Transaction::begin(*m_database));
    TRAINYARD_TRY(auto update, m_database->prepare("UPDATE document SET environment_json = ?2 WHERE run_id = ?1"));
    TRAINYARD_CHECK(update.bind(runId, environmentJson).run());
    if (m_database->changes() == 0)
        return fail(ErrorCode::NotFound, "There is no run {} in {}.", runId, path().string());
    return transaction.commit();
}

Status RunStore::setState(std::int64_t runId, RunState state, std::string_view exitReason, std::int64_t atMs)
{
    TRAINYARD_TRY(auto transaction, Transaction::begin(*m_database));
    const std::int64_t now = nowMs(), at = atMs > 0 ? atMs : now;
    TRAINYARD_TRY(auto update, m_database->prepare(
        "UPDATE run SET state = ?2, exit_reason = ?3, ended_ms = ?4, heartbeat_ms = ?5 WHERE id = ?1"));
    TRAINYARD_CHECK(update.bind(runId, runStateName(state), exitReason, isActive(state) ? 0 : at, now).run());
    if (m_database->changes() == 0)
        return fail(ErrorCode::NotFound, "There is no run {} in {}.", runId, path().string());
    if (state == RunState::Running) {
        const ProcessIdentity owner = currentProcess();
        TRAINYARD_TRY(auto own, m_database->prepare(
            "UPDATE run SET owner_pid = ?2, owner_start = ?3, owner_boot = ?4, "
            "started_ms = CASE started_ms WHEN 0 THEN ?5 ELSE started_ms END WHERE id = ?1"));
        TRAINYARD_CHECK(own.bind(runId, owner.pid, owner.startTicks, owner.bootId, at).run());
    }
    return transaction.commit();
}

Status RunStore::heartbeat(std::int64_t runId, std::int64_t lastStep, std::int64_t lastEpoch)
{
    TRAINYARD_TRY(auto update, m_database->prepare(
        "UPDATE run SET heartbeat_ms = ?2, last_step = ?3, last_epoch = ?4 WHERE id = ?1"));
    return update.bind(runId, nowMs(), lastStep, lastEpoch).run();
}

Status RunStore::setBestMetric(std::int64_t runId, double value, std::int64_t step)
{
    TRAINYARD_TRY(auto update, m_database->prepare("UPDATE run SET best_metric = ?2, best_step = ?3 WHERE id = ?1"));
    return update.bind(runId, value, step).run();
}

Result<std::vector<std::int64_t>> RunStore::markInterrupted()
{
    TRAINYARD_TRY(auto transaction, Transaction::begin(*m_database));
    std::vector<std::int64_t> orphans;
    {
        TRAINYARD_TRY(auto rows, m_database->prepare(
            "SELECT id, owner_pid, owner_start, owner_boot FROM run WHERE state IN ('queued', 'running', 'paused') ORDER BY id"));
        for (;;) {
            TRAINYARD_TRY(const bool more, rows.next());
            if (!more)
                break;
            if (!isAlive({rows.integer(1), rows.integer(2), rows.text(3)}))
                orphans.push_back(rows.integer(0));
        }
    }
    for (const std::int64_t id : orphans) {
        // Its last sign of life is the best known end.
        TRAINYARD_TRY(auto update, m_database->prepare(
            "UPDATE run SET state = 'interrupted', ended_ms = heartbeat_ms, "
            "exit_reason = 'The program ended while this run was going on.' WHERE id = ?1"));
        TRAINYARD_CHECK(update.bind(id).run());
        TRAINYARD_CHECK(m_log->sealRun(id));
    }
    TRAINYARD_CHECK(transaction.commit());
    return orphans;
}

Result<std::int64_t> RunStore::declareSeries(std::int64_t runId, std::string_view name, std::string_view unit)
{
    TRAINYARD_TRY(auto find, m_database->prepare("SELECT 1 FROM run WHERE id = ?1"));
    TRAINYARD_TRY(const bool found, find.bind(runId).next());
    if (!found)
        return fail(ErrorCode::NotFound, "There is no run {} in {}.", runId, path().string());
    find.restart();
    return m_log->declare(runId, name, unit);
}

Status RunStore::appendPoints(std::int64_t runId, std::span<const StoredPoint> points)
{
    return m_log->append(runId, points);
}

Status RunStore::sealRun(std::int64_t runId)
{
    return m_log->sealRun(runId);
}

Result<std::vector<StoredSeries>> RunStore::series(std::int64_t runId)
{
    return m_log->list(runId);
}

Result<SeriesData> RunStore::points(std::int64_t seriesId)
{
    return m_log->points(seriesId);
}

Result<std::vector<SeriesBucket>> RunStore::overview(std::int64_t seriesId)
{
    return m_log->overview(seriesId);
}

}  // namespace trainyard
