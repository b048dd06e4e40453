// What the store holds about a run, as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trainyard {

enum class RunState {
    Queued,
    Running,
    Paused,
    Finished,     // came to its planned end
    Stopped,      // ended early by a person
    Failed,       // ended by an error; exitReason says which
    Interrupted,  // its process died; can be resumed from its last checkpoint
};

const char *runStateName(RunState state);  // "queued", "running", ...
std::optional<RunState> runStateFromName(std::string_view name);
bool isActive(RunState state);  // queued, running or paused: some process answers for it

// What is known when a run begins.
struct NewRun {
    std::string name, projectName;
    std::string graphJson, configJson, environmentJson;  // configJson also feeds the searchable parameters
    std::string device, precision;                       // "cpu", "float32"
    std::uint64_t seed = 0;
    std::int64_t parameters = 0;
    std::string bestMetricName;  // the series that decides which step was best; may be empty
    bool bestMetricHigherIsBetter = false;
};

struct RunRecord {
    std::int64_t id = 0;
    std::string uid;  // 32 hexadecimal digits, unique across machines
    std::string name, projectName;
    RunState state = RunState::Queued;
    std::int64_t createdMs = 0, startedMs = 0, endedMs = 0, heartbeatMs = 0;  // since 1970 UTC; 0: not yet
    std::string exitReason;
    std::uint64_t seed = 0;
    std::int64_t parameters = 0;
    std::string device, precision;
    std::string graphJson, configJson, environmentJson;  // empty in the list runs() gives; run(id) fills them
    std::string notes;
    std::vector<std::string> tags;  // sorted
    std::string bestMetricName;
    bool bestMetricHigherIsBetter = false;
    std::optional<double> bestMetric;
    std::int64_t bestStep = 0, lastStep = 0, lastEpoch = 0;
    bool archived = false;
};

// One setting of a run, flattened from its configJson: "optimizer.learningRate" = 0.001.
struct RunParameter {
    std::string key;
    std::optional<double> number;
    std::string text;  // the value as JSON writes it, strings without quotes
};

struct StoredSeries {
    std::int64_t id = 0, runId = 0;
    std::string name, unit;
    std::int64_t count = 0;      // points, non-finite ones included
    std::int64_t lastStep = 0;
    std::optional<double> last;  // may be NaN or infinite; empty when there is no point
    std::optional<double> min, max;  // of the finite values; empty when there is none
    std::int64_t minStep = 0, maxStep = 0;
    std::int64_t nonFinite = 0;
};

// A point on its way into the store.
struct StoredPoint {
    std::int64_t seriesId = 0;  // from declareSeries()
    std::int64_t step = 0;
    std::int64_t timeMs = 0;
    std::uint32_t segment = 0;
    double value = 0;
};

// All points of one series in the order they were appended; the four vectors have one length.
struct SeriesData {
    std::vector<double> step, value;
    std::vector<std::int64_t> timeMs;
    std::vector<std::uint32_t> segment;

    std::size_t size() const { return value.size(); }
};

// Up to 1024 neighbouring points in one line.
struct SeriesBucket {
    std::int64_t count = 0, nonFinite = 0;
    std::int64_t firstStep = 0, lastStep = 0;      // of the first and the last point
    std::int64_t firstTimeMs = 0, lastTimeMs = 0;
    std::optional<double> min, max;  // of the finite values
    double sum = 0;                  // of the finite values: mean = sum / (count - nonFinite)
    double last = 0;                 // may be NaN or infinite
};

struct StoredEvent {
    std::int64_t id = 0, runId = 0;
    std::int64_t step = 0, epoch = 0, timeMs = 0;
    std::string level, kind;  // names: "warning", "learning_rate"
    std::string text;
};

struct CheckpointRecord {
    std::int64_t id = 0, runId = 0;
    std::int64_t step = 0, epoch = 0;
    std::string path;  // relative to the project folder
    std::int64_t createdMs = 0, bytes = 0;
    std::string reason;  // "epoch", "request", "stop", "best"
};

// What the network of a run wrote at one of its steps.
struct SampleRecord {
    std::int64_t id = 0, runId = 0;
    std::int64_t step = 0, epoch = 0, timeMs = 0;
    std::string prompt, text;
    std::string settingsJson;  // all that was asked for: temperature, length...
};

}  // namespace trainyard
