#include "engine/api/race.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include "engine/api/energy_meter.h"
#include "engine/api/race_lane.h"
#include "engine/base/format.h"
#include "engine/data/dataset.h"

namespace trainyard {

namespace {

constexpr auto kTellEvery = std::chrono::milliseconds(50);
constexpr double kLeastStretches = 5;  // so that a median says something

}  // namespace

const char *racePhaseName(RacePhase phase)
{
    switch (phase) {
    case RacePhase::Waiting: return "waiting";
    case RacePhase::Preparing: return "preparing";
    case RacePhase::WarmingUp: return "warming up";
    case RacePhase::Racing: return "racing";
    case RacePhase::Finished: return "finished";
    case RacePhase::Failed: return "failed";
    case RacePhase::Cancelled: return "cancelled";
    }
    return "";
}

std::optional<double> RaceLane::meanRate() const
{
    return seconds > 0 && samples > 0 ? std::optional(static_cast<double>(samples) / seconds) : std::nullopt;
}

std::optional<double> RaceLane::joulesPerThousand() const
{
    return joules && samples > 0 ? std::optional(*joules * 1000.0 / static_cast<double>(samples)) : std::nullopt;
}

double RaceRequest::stretchSeconds() const
{
    return std::min(1.0, seconds / kLeastStretches);
}

std::optional<RaceResult> raceResult(const RaceState &state)
{
    RaceResult result;
    int finished = 0;
    const auto rate = [&](std::size_t lane) { return *state.lanes[lane].medianRate; };
    for (std::size_t i = 0; i < state.lanes.size(); ++i) {
        if (state.lanes[i].phase != RacePhase::Finished || !(state.lanes[i].medianRate.value_or(0) > 0))
            continue;
        if (finished++ == 0)
            result.fastest = result.slowest = i;
        if (rate(i) > rate(result.fastest))
            result.fastest = i;
        if (rate(i) < rate(result.slowest))
            result.slowest = i;
    }
    if (finished < 2)
        return std::nullopt;
    result.ratio = rate(result.fastest) / rate(result.slowest);
    return result;
}

std::string contestantText(const RaceContestant &contestant)
{
    std::string text = contestant.device == "cpu" ? "CPU" : contestant.device;
    if (contestant.threads > 0)
        text += fmt::format(", {} thread{}", contestant.threads, contestant.threads == 1 ? "" : "s");
    if (contestant.precision != Precision::Float32)
        text += fmt::format(", {}", precisionName(contestant.precision));
    return text;
}

Result<RaceContestant> contestantFromText(const std::string &text)
{
    RaceContestant contestant;
    std::string_view rest = text;
    bool first = true;
    while (first || !rest.empty()) {
        const auto end = std::min(rest.find('/'), rest.size());
        const std::string part(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        int threads = 0;
        const auto [stopped, code] = std::from_chars(part.data(), part.data() + part.size(), threads);
        if (first && !part.empty())
            contestant.device = part;
        else if (const auto precision = findPrecision(part); precision && !first)
            contestant.precision = *precision;
        else if (code == std::errc() && stopped == part.data() + part.size() && threads > 0 && threads <= 1024 && contestant.device == "cpu")
            contestant.threads = threads;
        else
            return fail(ErrorCode::InvalidArgument,
                        "\"{}\" names no device to race on. Write cpu, cpu/2 for two threads, or cuda:0/bfloat16 for a precision.", text);
        first = false;
    }
    return contestant;
}

Race::Race(RaceRequest request, std::function<void(const RaceState &)> onChange)
    : m_request(std::move(request)), m_onChange(std::move(onChange))
{
    m_request.seconds = std::clamp(m_request.seconds, RaceRequest::kLeastSeconds, RaceRequest::kMostSeconds);
    m_state.secondsEach = m_request.seconds;
    for (const RaceContestant &contestant : m_request.contestants) {
        RaceLane lane;
        lane.contestant = contestant;
        m_state.lanes.push_back(std::move(lane));
    }
    m_shared = m_state;
    m_thread = std::jthread([this](const std::stop_token &stop) { run(stop); });
}

Race::~Race() = default;  // the jthread asks to stop and joins

void Race::cancel()
{
    m_thread.request_stop();
}

RaceState Race::state() const
{
    const std::scoped_lock lock(m_mutex);
    return m_shared;
}

void Race::wait()
{
    if (m_thread.joinable())
        m_thread.join();
}

void Race::publish(bool force)
{
    const auto now = std::chrono::steady_clock::now();
    if (!force && now - m_told < kTellEvery)
        return;
    m_told = now;
    {
        const std::scoped_lock lock(m_mutex);
        m_shared = m_state;
    }
    if (m_onChange)
        m_onChange(m_state);
}

void Race::run(const std::stop_token &stop)
{
    publish(true);
    if (const Result<Dataset> dataset = loadDataset(m_request.project->data, m_request.project->folder); !dataset) {
        m_state.error = dataset.error();
    } else {
        EnergyMeter machine;
        const auto joulesNow = m_request.joulesNow ? m_request.joulesNow
                                                   : [&machine](const DeviceInfo &device) { return machine.joules(device); };
        for (RaceLane &lane : m_state.lanes) {
            if (stop.stop_requested()) {
                lane.phase = RacePhase::Cancelled;
                continue;
            }
            RaceLaneRun laneRun(*m_request.project, *dataset, m_request, joulesNow, lane, [this](bool force) { publish(force); });
            if (const Status status = laneRun.run(stop); !status) {
                lane.error = status.error();
                lane.phase = RacePhase::Failed;
            }
            publish(true);
        }
    }
    m_state.cancelled = stop.stop_requested();
    m_state.ended = true;
    publish(true);
}

}  // namespace trainyard
