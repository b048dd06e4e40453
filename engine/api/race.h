// Trains one project on several devices, one after the other and each for the same time, to see which is faster and by how
// much. No run is recorded: nothing is written anywhere.
//
// What is measured is a training step as a run does it: gather, forward, backward, update, metrics. Reading the data,
// compiling and the first steps (caches, clocks and graphs settle then) are left out and told apart.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/api/project.h"
#include "engine/backends/backend.h"
#include "engine/program/precision.h"

namespace trainyard {

struct RaceContestant {
    std::string device = "cpu";  // as TrainingConfig::device
    int threads = 0;             // CPU: 0 takes as many as pay
    Precision precision = Precision::Float32;
    bool operator==(const RaceContestant &) const = default;
};

enum class RacePhase : std::uint8_t { Waiting, Preparing, WarmingUp, Racing, Finished, Failed, Cancelled };
const char *racePhaseName(RacePhase phase);

// One contestant and what it has done so far. Unknown numbers are absent, never zero.
struct RaceLane {
    RaceContestant contestant;
    RacePhase phase = RacePhase::Waiting;
    std::optional<DeviceInfo> device;       // once it is open
    std::optional<double> prepareSeconds;   // compiling, memory and data, before the first step
    std::optional<double> warmUpSeconds;    // steps that do not count
    double seconds = 0;                     // of the race itself
    std::int64_t steps = 0, samples = 0;    // in those
    std::vector<double> rates;              // samples/s in each stretch of RaceRequest::stretchSeconds()
    std::vector<std::int64_t> marks;        // samples done at the end of each stretch
    std::optional<double> medianRate;       // of the rates, once it has finished
    std::optional<double> loss;             // training loss over the last stretch
    std::optional<double> joules;           // the device's energy over the race, where it has a meter that may be read
    std::uint64_t arenaBytes = 0;
    std::optional<Error> error;             // with Failed

    bool ended() const { return phase >= RacePhase::Finished; }
    // Samples over seconds, up to now.
    std::optional<double> meanRate() const;
    std::optional<double> joulesPerThousand() const;  // samples
};

struct RaceState {
    double secondsEach = 0;
    std::vector<RaceLane> lanes;
    bool ended = false, cancelled = false;
    std::optional<Error> error;  // of the project itself: nobody could start
};

// The fastest against the slowest of those who finished; absent with fewer than two.
struct RaceResult {
    std::size_t fastest = 0, slowest = 0;
    double ratio = 1;  // of the median rates, 1 or more
};
std::optional<RaceResult> raceResult(const RaceState &state);

// "CPU, 2 threads", "cuda:0, bfloat16": for people, told apart from the others.
std::string contestantText(const RaceContestant &contestant);
// "cpu", "cpu/2" (threads), "cuda:0/bfloat16" (precision). Errors: InvalidArgument.
Result<RaceContestant> contestantFromText(const std::string &text);

struct RaceRequest {
    std::shared_ptr<const Project> project;  // folder is set: the data lie there
    std::vector<RaceContestant> contestants;
    double seconds = 10;  // each, at least kLeastSeconds
    // The device's energy counter in joules, or nothing where there is none. Empty: the machine's own meters.
    std::function<std::optional<double>(const DeviceInfo &)> joulesNow;

    static constexpr double kLeastSeconds = 0.2, kMostSeconds = 600;
    double stretchSeconds() const;  // a second, or less where the race is short
};

class Race {
public:
    // onChange is called on the race's thread, at most every 50 ms or so while a lane goes on; the last one has ended.
    Race(RaceRequest request, std::function<void(const RaceState &)> onChange);
    ~Race();  // cancels, then joins

    void cancel();            // at the next step; any thread
    RaceState state() const;  // any thread
    void wait();              // until it has ended; for programs without an event loop

private:
    void run(const std::stop_token &stop);
    void publish(bool force);

    RaceRequest m_request;
    std::function<void(const RaceState &)> m_onChange;
    mutable std::mutex m_mutex;
    RaceState m_shared;  // guarded by it
    RaceState m_state;   // the race's thread
    std::chrono::steady_clock::time_point m_told{};
    std::jthread m_thread;  // last: it is joined before the members above go
};

}  // namespace trainyard
