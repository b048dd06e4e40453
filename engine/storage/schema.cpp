#include "engine/storage/schema.h"

#include <array>

namespace trainyard {

namespace {

// Long texts are kept out of run, so that a list of thousands of runs reads few pages.
// Values that may be NaN are stored as the 64 bits of the number (bits, last_bits): SQLite turns a NaN into NULL.
constexpr const char *kVersion1 = R"sql(
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, project_name TEXT NOT NULL,
    state TEXT NOT NULL,
    created_ms INTEGER NOT NULL, started_ms INTEGER NOT NULL DEFAULT 0,
    ended_ms INTEGER NOT NULL DEFAULT 0, heartbeat_ms INTEGER NOT NULL,
    owner_pid INTEGER NOT NULL, owner_start INTEGER NOT NULL, owner_boot TEXT NOT NULL,
    exit_reason TEXT NOT NULL DEFAULT '',
    seed INTEGER NOT NULL, parameters INTEGER NOT NULL,
    device TEXT NOT NULL, precision TEXT NOT NULL,
    notes TEXT NOT NULL DEFAULT '',
    best_metric_name TEXT NOT NULL, best_higher INTEGER NOT NULL,
    best_metric REAL, best_step INTEGER NOT NULL DEFAULT 0,
    last_step INTEGER NOT NULL DEFAULT 0, last_epoch INTEGER NOT NULL DEFAULT 0,
    archived INTEGER NOT NULL DEFAULT 0);
CREATE INDEX run_active ON run(state) WHERE state IN ('queued', 'running', 'paused');
CREATE TABLE document (
    run_id INTEGER PRIMARY KEY REFERENCES run(id) ON DELETE CASCADE,
    graph_json TEXT NOT NULL, config_json TEXT NOT NULL, environment_json TEXT NOT NULL);
CREATE TABLE param (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    key TEXT NOT NULL, num REAL, txt TEXT NOT NULL,
    PRIMARY KEY (run_id, key)) WITHOUT ROWID;
CREATE INDEX param_key ON param(key, num, run_id);
CREATE TABLE tag (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (run_id, tag)) WITHOUT ROWID;
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    name TEXT NOT NULL, unit TEXT NOT NULL,
    UNIQUE (run_id, name));
CREATE TABLE series_stat (
    series_id INTEGER PRIMARY KEY REFERENCES series(id) ON DELETE CASCADE,
    n INTEGER NOT NULL, sealed INTEGER NOT NULL, chunks INTEGER NOT NULL,
    last_step INTEGER NOT NULL, last_bits INTEGER NOT NULL,
    min REAL, min_step INTEGER NOT NULL, max REAL, max_step INTEGER NOT NULL,
    nonfinite INTEGER NOT NULL);
CREATE TABLE tail (
    series_id INTEGER NOT NULL REFERENCES series(id) ON DELETE CASCADE,
    n INTEGER NOT NULL, step INTEGER NOT NULL, t_ms INTEGER NOT NULL,
    segment INTEGER NOT NULL, bits INTEGER NOT NULL,
    PRIMARY KEY (series_id, n)) WITHOUT ROWID;
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY, -- series_id << 24 | number
    series_id INTEGER NOT NULL REFERENCES series(id) ON DELETE CASCADE,
    cnt INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX chunk_series ON chunk(series_id);
CREATE TABLE lod (
    series_id INTEGER NOT NULL REFERENCES series(id) ON DELETE CASCADE,
    n INTEGER NOT NULL, cnt INTEGER NOT NULL,
    step0 INTEGER NOT NULL, step1 INTEGER NOT NULL, t0 INTEGER NOT NULL, t1 INTEGER NOT NULL,
    vmin REAL, vmax REAL, vsum REAL, last_bits INTEGER NOT NULL, nonfinite INTEGER NOT NULL,
    PRIMARY KEY (series_id, n)) WITHOUT ROWID;
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    step INTEGER NOT NULL, epoch INTEGER NOT NULL, t_ms INTEGER NOT NULL,
    level TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX event_run ON event(run_id);
CREATE TABLE checkpoint (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    step INTEGER NOT NULL, epoch INTEGER NOT NULL, path TEXT NOT NULL,
    created_ms INTEGER NOT NULL, bytes INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE INDEX checkpoint_run ON checkpoint(run_id);
)sql";

constexpr const char *kVersion2 = R"sql(
CREATE TABLE sample (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    step INTEGER NOT NULL, epoch INTEGER NOT NULL, t_ms INTEGER NOT NULL,
    prompt TEXT NOT NULL, text TEXT NOT NULL, settings_json TEXT NOT NULL,
    UNIQUE (run_id, step, settings_json) ON CONFLICT REPLACE);
)sql";

constexpr std::array kMigrations{kVersion1, kVersion2};

}  // namespace

std::span<const char *const> storeMigrations()
{
    return kMigrations;
}

Status migrate(Database &database, std::span<const char *const> migrations)
{
    const auto newest = static_cast<std::int64_t>(migrations.size());
    for (;;) {
        // Read without a lock first, so that opening a current file writes nothing and waits for nobody.
        TRAINYARD_TRY(std::int64_t version, database.integer("PRAGMA user_version"));
        if (version > newest || version < 0) {
            return fail(ErrorCode::Unsupported,
                        "{} was written by a newer Trainyard (format {}; this one knows up to {}). Update Trainyard to "
                        "open it; the file was not changed.",
                        database.path().string(), version, newest);
        }
        if (version == newest)
            return {};
        TRAINYARD_TRY(auto transaction, Transaction::begin(database));
        TRAINYARD_TRY(version, database.integer("PRAGMA user_version"));  // another process may have been faster
        if (version < newest && version >= 0) {
            TRAINYARD_CHECK(database.execute(migrations[static_cast<std::size_t>(version)]));
            TRAINYARD_CHECK(database.execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                                         kStoreApplicationId, version + 1)));
        }
        TRAINYARD_CHECK(transaction.commit());
    }
}

}  // namespace trainyard
