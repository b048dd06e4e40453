// Every run ever made in a project, in one SQLite file.
//
// A RunStore object is used by one thread only. Several objects (and processes) may have the same file open:
// one writes at a time, readers never wait for it. Whatever was committed survives a kill and a power cut.
//
// Errors: Io (disk full, no permission, the file is locked), InvalidFile (damaged or foreign file), Unsupported
// (written by a newer version), NotFound (no such run or series). error().detail holds SQLite's own message.
// After an error the store stays usable; the failed call (or the whole transact()) left nothing behind, so that
// the same work can be tried again.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/storage/run_record.h"

namespace trainyard {

class Database;
class SeriesLog;

enum class OpenMode {
    ReadWrite,  // creates the file, migrates an older one
    ReadOnly,   // never writes; an older file is not migrated but refused
};

class RunStore {
public:
    // Refuses a file that is not Trainyard's or is newer than this program, and leaves it as it was.
    static Result<std::unique_ptr<RunStore>> open(const std::filesystem::path &path, OpenMode mode = OpenMode::ReadWrite);
    ~RunStore();

    // Runs work in one transaction: all of it is committed, or, if work or the commit fails, none of it. The
    // recorder groups a quarter of a second of appends this way. Calls inside other calls nest.
    Status transact(const std::function<Status()> &work);

    // --- a run's life ---
    Result<std::int64_t> createRun(const NewRun &run);  // Queued, owned by this process
    // Running makes this process the owner and clears an earlier end; an ended state sets the end time. atMs: when it
    // came to that, 0: now.
    Status setState(std::int64_t runId, RunState state, std::string_view exitReason = {}, std::int64_t atMs = 0);
    Status heartbeat(std::int64_t runId, std::int64_t lastStep, std::int64_t lastEpoch);
    Status setConfig(std::int64_t runId, std::string_view configJson);  // with the searchable parameters it feeds
    Status setEnvironment(std::int64_t runId, std::string_view environmentJson);
    Status setBestMetric(std::int64_t runId, double value, std::int64_t step);
    // Active runs whose process is gone become Interrupted (and sealed); their ids. Call at start.
    Result<std::vector<std::int64_t>> markInterrupted();

    // --- points ---
    // The series' id; the same one when it is there already.
    Result<std::int64_t> declareSeries(std::int64_t runId, std::string_view name, std::string_view unit);
    Status appendPoints(std::int64_t runId, std::span<const StoredPoint> points);
    Status sealRun(std::int64_t runId);  // packs what is left of a run that ended; harmless at any time
    Result<std::vector<StoredSeries>> series(std::int64_t runId);      // by name
    Result<SeriesData> points(std::int64_t seriesId);                  // all of them, exact
    Result<std::vector<SeriesBucket>> overview(std::int64_t seriesId);  // ~1/1000 of the rows, for a first paint

    // --- events and checkpoints ---
    Status appendEvent(const StoredEvent &event);  // id is ignored
    Result<std::vector<StoredEvent>> events(std::int64_t runId);
    Result<std::int64_t> addCheckpoint(const CheckpointRecord &checkpoint);  // id is ignored
    Status removeCheckpoint(std::int64_t checkpointId);                      // the row; the file is the caller's
    Result<std::vector<CheckpointRecord>> checkpoints(std::int64_t runId);   // oldest first
    Result<std::optional<CheckpointRecord>> latestCheckpoint(std::int64_t runId);

    // --- what the network wrote ---
    // One of the same step and settings replaces the one before: a run that goes on from an earlier checkpoint writes it again.
    Status appendSample(const SampleRecord &sample);  // id is ignored
    Result<std::vector<SampleRecord>> samples(std::int64_t runId);  // by step

    // --- the history ---
    Result<std::vector<RunRecord>> runs(bool includeArchived = false);  // newest first, without the JSON texts
    Result<RunRecord> run(std::int64_t runId);
    Result<std::vector<RunParameter>> parameters(std::int64_t runId);  // by key
    Status rename(std::int64_t runId, std::string_view name);
    Status setNotes(std::int64_t runId, std::string_view notes);
    Status addTag(std::int64_t runId, std::string_view tag);
    Status removeTag(std::int64_t runId, std::string_view tag);
    Status setArchived(std::int64_t runId, bool archived);  // the delete that can be undone
    Status purge(std::int64_t runId);                       // the one that cannot; refused for an active run

    const std::filesystem::path &path() const;

private:
    explicit RunStore(std::unique_ptr<Database> database);
    Status writeParameters(std::int64_t runId, std::string_view configJson);
    Status updateRun(std::int64_t runId, std::string_view column, std::string_view value);

    std::unique_ptr<Database> m_database;
    std::unique_ptr<SeriesLog> m_log;
};

}  // namespace trainyard
