#include "engine/api/recorder.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "engine/api/device_memory.h"
#include "engine/base/file.h"
#include "engine/base/json_text.h"

namespace trainyard {

namespace {

constexpr int kTriesAfterEnd = 20;      // 5 s of a refusing disk, then the end is told without the record
constexpr std::size_t kKeptCheckpoints = 5;

RunState storedState(TrainState state)
{
    switch (state) {
    case TrainState::Preparing: return RunState::Queued;
    case TrainState::Running:
    case TrainState::Stopping: return RunState::Running;
    case TrainState::Paused: return RunState::Paused;
    case TrainState::Finished: return RunState::Finished;
    case TrainState::Stopped: return RunState::Stopped;
    case TrainState::Failed: return RunState::Failed;
    }
    return RunState::Failed;
}

}  // namespace

Recorder::Recorder(NewRun run, std::int64_t resumeRun, std::filesystem::path projectFolder, std::shared_ptr<TelemetryHub> hub)
    : m_run(std::move(run)), m_resumeRun(resumeRun), m_folder(std::move(projectFolder)), m_hub(std::move(hub)),
      m_subscription(m_hub->subscribeLossless())
{
}

void Recorder::prepared(const RunFacts &facts)
{
    const std::scoped_lock lock(m_mutex);
    m_inbox.facts = facts;
    m_inbox.preparedMs = wallClockMs();
}

void Recorder::saveCheckpoint(std::shared_ptr<const Checkpoint> checkpoint, std::string reason)
{
    const std::scoped_lock lock(m_mutex);
    m_inbox.checkpoints.push_back({std::move(checkpoint), std::move(reason)});
}

void Recorder::addSample(const TextSample &sample)
{
    const std::scoped_lock lock(m_mutex);
    m_inbox.samples.push_back({0, 0, sample.step, sample.epoch, wallClockMs(), sample.settings.prompt, sample.text, samplingToJson(sample.settings).dump()});
}

void Recorder::setConfig(std::string configJson)
{
    const std::scoped_lock lock(m_mutex);
    m_inbox.config = std::move(configJson);
}

void Recorder::measured(const RunMeasurements &measurements)
{
    const std::scoped_lock lock(m_mutex);
    m_inbox.measurements = measurements;
}

void Recorder::setProgress(const TrainProgress &progress)
{
    const std::scoped_lock lock(m_mutex);
    m_inbox.progress = progress;
    m_inbox.ended = progress.ended();
    m_inbox.endedMs = m_inbox.ended ? wallClockMs() : 0;
}

void Recorder::waitUntilDone()
{
    m_done.wait(false);
}

void Recorder::finish()
{
    m_done = true;
    m_done.notify_all();
}

void Recorder::flush(RunStore &store)
{
    Inbox inbox;
    {
        const std::scoped_lock lock(m_mutex);
        inbox = m_inbox;
        m_inbox.checkpoints.clear();
        m_inbox.samples.clear();
    }
    m_samples.insert(m_samples.end(), std::make_move_iterator(inbox.samples.begin()), std::make_move_iterator(inbox.samples.end()));
    learnFrom(inbox);
    // Drained after the inbox was read: when the end is in the inbox, all that came before it is in the rings.
    m_subscription->drainPoints(m_points);
    m_subscription->drainEvents(m_events);

    Status status = ensureRun(store, inbox);
    // Points before checkpoints and the end after both: whenever the program is killed, no checkpoint is ahead of the
    // curve and no run looks ended whose last checkpoint is missing.
    if (status && m_runMade)
        status = write(store, inbox, false);
    if (status && m_runMade)
        status = writeCheckpoints(store, inbox);
    if (!inbox.checkpoints.empty()) {  // not written: first in line for the next try
        const std::scoped_lock lock(m_mutex);
        m_inbox.checkpoints.insert(m_inbox.checkpoints.begin(), inbox.checkpoints.begin(), inbox.checkpoints.end());
    }
    const bool lastTry = inbox.ended && m_failuresAfterEnd + 1 >= kTriesAfterEnd;
    if (m_runMade && (status || !inbox.ended || lastTry))
        if (const Status written = write(store, inbox, true); status)
            status = written;
    if (status) {
        m_inTrouble = false;
        if (inbox.ended)
            finish();
        return;
    }
    reportTrouble(status.error());
    if (inbox.ended && ++m_failuresAfterEnd >= kTriesAfterEnd) {
        {
            const std::scoped_lock lock(m_mutex);
            m_trouble = status.error();
        }
        finish();
    }
}

std::optional<Error> Recorder::trouble() const
{
    const std::scoped_lock lock(m_mutex);
    return m_trouble;
}

// The session has the error too and ends the run with it, before anything is trained.
void Recorder::unavailable(const Error &)
{
    bool ended;
    {
        const std::scoped_lock lock(m_mutex);
        ended = m_inbox.ended;
    }
    if (ended)
        finish();
}

// Told once until it works again; the points wait in memory meanwhile.
void Recorder::reportTrouble(const Error &error)
{
    if (!std::exchange(m_inTrouble, true))
        m_hub->publish(RunEvent{EventKind::Warning, EventLevel::Error, 0, 0, wallClockMs(),
                                "The run's history cannot be written, training goes on: " + error.message});
}

// The row is made when the run is compiled and its facts are known, or when it has failed before that.
Status Recorder::ensureRun(RunStore &store, const Inbox &inbox)
{
    const bool failedEarly = inbox.ended && !inbox.facts;
    if (m_runMade || (!inbox.facts && !inbox.ended) || (failedEarly && m_resumeRun != 0))
        return {};  // a resume that never began leaves the run as it was
    if (inbox.facts) {
        const RunFacts &facts = *inbox.facts;
        m_run.parameters = facts.parameters;
        m_run.device = facts.deviceId;
        m_run.bestMetricName = facts.metricName;
        m_run.bestMetricHigherIsBetter = facts.higherIsBetter;
        nlohmann::ordered_json environment{{"device", facts.deviceName},
                                                       {"library", facts.library},
                                                       {"instruction_set", facts.instructionSet},
                                                       {"threads", facts.threads},
                                                       {"uuid", facts.deviceUuid},
                                                       {"driver", facts.driver},
                                                       {"arena_bytes", facts.arenaBytes},
                                                       {"device_data_bytes", facts.deviceDataBytes}};
        if (!facts.startJson.empty())
            environment["start"] = nlohmann::ordered_json::parse(facts.startJson, nullptr, false);
        m_run.environmentJson = environment.dump();
        m_bestSeries = "best/" + facts.metricName;
    }
    std::int64_t id = m_resumeRun;
    TRAINYARD_CHECK(store.transact([&]() -> Status {
        if (id != 0)
            return inbox.config ? store.setConfig(id, *inbox.config) : Status{};
        TRAINYARD_TRY(id, store.createRun(m_run));
        if (inbox.facts)
            TRAINYARD_CHECK(store.setState(id, RunState::Running, {}, inbox.preparedMs));
        return m_run.name.empty() ? store.rename(id, fmt::format("{} {}", m_run.projectName, id)) : Status{};
    }));
    m_runId = id;
    m_runMade = true;
    return {};
}

Status Recorder::write(RunStore &store, const Inbox &inbox, bool withState)
{
    const RunState state = storedState(inbox.progress.state);
    const bool changed = withState && m_state != state && state != RunState::Queued;
    if (withState && !changed && m_points.empty() && m_events.empty() && m_samples.empty())
        return {};
    const Status status = store.transact([&]() -> Status {
        TRAINYARD_CHECK(writePoints(store));
        for (const RunEvent &event : m_events)
            TRAINYARD_CHECK(store.appendEvent({0, m_runId, event.step, event.epoch, event.timeMs, eventLevelName(event.level),
                                               eventKindName(event.kind), event.text}));
        for (SampleRecord &sample : m_samples) {
            sample.runId = m_runId;
            TRAINYARD_CHECK(store.appendSample(sample));
        }
        if (inbox.progress.state != TrainState::Preparing)  // a resumed run is not back at its step yet
            TRAINYARD_CHECK(store.heartbeat(m_runId, inbox.progress.step, inbox.progress.epoch));
        if (changed && inbox.ended) {
            TRAINYARD_CHECK(writeMeasurements(store, inbox));
            TRAINYARD_CHECK(store.sealRun(m_runId));
        }
        if (changed)
            return store.setState(m_runId, state, inbox.progress.error ? inbox.progress.error->message : "", inbox.endedMs);
        return {};
    });
    if (!status) {
        m_seriesIds.clear();  // rolled back with the rest
        return status;
    }
    if (changed)
        m_state = state;
    m_points.clear();
    m_events.clear();
    m_samples.clear();
    return {};
}

// Beside the forecast, which is the arena and the data. A resumed run has the newest overhead, and the energy of all its
// parts, or none when it is not known of one of them.
Status Recorder::writeMeasurements(RunStore &store, const Inbox &inbox)
{
    const auto &[overhead, joules] = inbox.measurements;
    if (!overhead && !joules && m_resumeRun == 0)
        return {};
    TRAINYARD_TRY(const RunRecord record, store.run(m_runId));
    auto environment = parseJson<nlohmann::ordered_json>(record.environmentJson);
    if (!environment.is_object())
        environment = nlohmann::ordered_json::object();
    if (overhead)
        environment["overhead_bytes"] = *overhead;
    const bool before = environment.contains("energy_joules") && environment["energy_joules"].is_number();
    if (joules && before)
        environment["energy_joules"] = environment["energy_joules"].get<double>() + *joules;
    else if (joules && m_resumeRun == 0)
        environment["energy_joules"] = *joules;
    else
        environment.erase("energy_joules");
    return store.setEnvironment(m_runId, environment.dump());
}

// What the next forecast on this device will add. Nothing depends on it: a disk that refuses is no reason to say anything.
void Recorder::learnFrom(const Inbox &inbox)
{
    if (!inbox.ended || !inbox.facts || !inbox.measurements.overheadBytes || std::exchange(m_learned, true))
        return;
    const RunFacts &facts = *inbox.facts;
    (void)learnOverhead({facts.deviceUuid, facts.driver, facts.library}, *inbox.measurements.overheadBytes);
}

Status Recorder::writePoints(RunStore &store)
{
    const auto series = m_hub->series();
    std::vector<StoredPoint> stored;
    stored.reserve(m_points.size());
    std::optional<Point> best;
    for (const Point &point : m_points) {
        auto id = m_seriesIds.find(point.series);
        if (id == m_seriesIds.end()) {
            const SeriesInfo &info = series.at(point.series);
            TRAINYARD_TRY(const auto seriesId, store.declareSeries(m_runId, info.name, info.unit));
            id = m_seriesIds.emplace(point.series, seriesId).first;
        }
        if (series[point.series].name == m_bestSeries)
            best = point;
        stored.push_back({id->second, point.step, point.timeMs, point.segment, point.value});
    }
    TRAINYARD_CHECK(store.appendPoints(m_runId, stored));
    return best ? store.setBestMetric(m_runId, best->value, best->step) : Status{};
}

// The file first, then its row: a row never names a file that is not whole.
Status Recorder::writeCheckpoints(RunStore &store, Inbox &inbox)
{
    while (!inbox.checkpoints.empty()) {
        const auto &[checkpoint, reason] = inbox.checkpoints.front();
        const bool best = reason == kBestCheckpoint;
        const auto relative = std::filesystem::path("checkpoints")
                              / fmt::format("run-{}-{}step-{}.safetensors", m_runId.load(), best ? "best-" : "", checkpoint->step);
        const auto path = m_folder / relative;
        TRAINYARD_CHECK(makeFolder(path.parent_path()));
        TRAINYARD_CHECK(writeCheckpoint(path, *checkpoint));
        std::error_code code;
        const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(path, code));
        TRAINYARD_CHECK(store.addCheckpoint({0, m_runId, checkpoint->step, checkpoint->epoch, relative.string(), wallClockMs(),
                                             code ? 0 : bytes, reason}));
        m_hub->publish(RunEvent{EventKind::Checkpoint, EventLevel::Info, checkpoint->step, checkpoint->epoch, wallClockMs(),
                                fmt::format("Saved {}{}.", relative.filename().string(), best ? ", the best weights so far" : "")});
        inbox.checkpoints.pop_front();
        TRAINYARD_CHECK(removeOld(store, best));
    }
    m_subscription->drainEvents(m_events);  // what was just published belongs to this commit
    return {};
}

// The best weights are one checkpoint beside the latest ones, and neither pushes out the other.
Status Recorder::removeOld(RunStore &store, bool best)
{
    TRAINYARD_TRY(auto all, store.checkpoints(m_runId));
    std::erase_if(all, [&](const CheckpointRecord &one) { return (one.reason == kBestCheckpoint) != best; });
    const std::size_t kept = best ? 1 : kKeptCheckpoints;
    for (std::size_t i = 0; i + kept < all.size(); ++i) {
        TRAINYARD_CHECK(store.removeCheckpoint(all[i].id));
        // A step that was saved again has a newer row for the same file.
        const bool inUse = std::any_of(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end(),
                                       [&](const CheckpointRecord &later) { return later.path == all[i].path; });
        std::error_code code;
        if (!inUse)
            std::filesystem::remove(m_folder / all[i].path, code);
    }
    return {};
}

}  // namespace trainyard
