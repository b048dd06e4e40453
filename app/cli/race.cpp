// trainyard-cli race PROJECT: the same training on two devices, and which is faster.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/race_picture.h"
#include "engine/api/race.h"
#include "engine/base/format.h"

namespace trainyard::cli {

namespace {

struct RaceOptions {
    std::string project;
    double seconds = 10;
    std::vector<std::string> devices;
    bool json = false;
};

volatile std::sig_atomic_t interrupted = 0;

// The processor and the first GPU. Errors: NotFound, where there is no GPU, with the reason.
Result<std::vector<RaceContestant>> usualContestants()
{
    std::string reason, advice;
    for (const BackendReport &report : findBackends()) {
        if (report.id == "cpu")
            continue;
        if (report.available)
            return std::vector<RaceContestant>{{"cpu"}, {report.id}};
        if (reason.empty()) {
            reason = report.reason;
            advice = report.advice;
        }
    }
    return fail(ErrorCode::NotFound, "There is no GPU to race against: {}{}{} Name two contestants to race what there is: --devices cpu/1,cpu/2",
                reason, advice.empty() ? "" : " ", advice);
}

Result<std::vector<RaceContestant>> contestantsOf(const RaceOptions &options)
{
    if (options.devices.empty())
        return usualContestants();
    std::vector<RaceContestant> contestants;
    for (const std::string &text : options.devices) {
        TRAINYARD_TRY(const RaceContestant contestant, contestantFromText(text));
        contestants.push_back(contestant);
    }
    if (contestants.size() < 2)
        return fail(ErrorCode::InvalidArgument, "A race needs two devices, {} is one. Add another: --devices {},cpu/1", options.devices.front(),
                    options.devices.front());
    return contestants;
}

nlohmann::ordered_json toJson(const std::optional<double> &value)
{
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

void printAnswer(const RaceState &state)
{
    nlohmann::ordered_json out{{"seconds", state.secondsEach}, {"cancelled", state.cancelled}};
    out["contestants"] = nlohmann::ordered_json::array();
    for (const RaceLane &lane : state.lanes) {
        nlohmann::ordered_json one{{"device", lane.contestant.device},
                                   {"name", lane.device ? lane.device->name : ""},
                                   {"threads", lane.contestant.threads},
                                   {"precision", precisionName(lane.contestant.precision)},
                                   {"state", racePhaseName(lane.phase)},
                                   {"samples_per_second", toJson(lane.medianRate)},
                                   {"samples_by_second", lane.rates},
                                   {"samples", lane.samples},
                                   {"steps", lane.steps},
                                   {"seconds", lane.seconds},
                                   {"prepare_seconds", toJson(lane.prepareSeconds)},
                                   {"warm_up_seconds", toJson(lane.warmUpSeconds)},
                                   {"loss", toJson(lane.loss)},
                                   {"joules", toJson(lane.joules)},
                                   {"joules_per_1000_samples", toJson(lane.joulesPerThousand())},
                                   {"arena_bytes", lane.arenaBytes}};
        if (lane.error)
            one["error"] = {{"code", errorCodeName(lane.error->code)}, {"message", lane.error->message}};
        out["contestants"].push_back(std::move(one));
    }
    const auto result = raceResult(state);
    out["ratio"] = result ? nlohmann::ordered_json(result->ratio) : nlohmann::ordered_json(nullptr);
    out["fastest"] = result ? nlohmann::ordered_json(result->fastest) : nlohmann::ordered_json(nullptr);
    printJson(out);
}

int exitCodeOf(const RaceState &state)
{
    if (state.cancelled)
        return kInterrupted;
    // One that could not run is told in the picture; where nobody could, the first reason counts.
    const auto failed = [](const RaceLane &lane) { return lane.error.has_value(); };
    const auto first = std::find_if(state.lanes.begin(), state.lanes.end(), failed);
    return first == state.lanes.end() ? kOk : cli::exitCodeOf(first->error->code);
}

int race(const RaceOptions &options)
{
    const auto folder = projectInUse(options.project);
    if (!folder)
        return report(folder.error(), options.json);
    auto project = loadProject(*folder);
    if (!project)
        return report(project.error(), options.json);
    if (!(options.seconds >= RaceRequest::kLeastSeconds && options.seconds <= RaceRequest::kMostSeconds))
        return report({ErrorCode::InvalidArgument,
                       fmt::format("{} seconds make no race. Choose between {} and {}.", options.seconds, RaceRequest::kLeastSeconds, RaceRequest::kMostSeconds),
                       {}, {}},
                      options.json);
    const auto contestants = contestantsOf(options);
    if (!contestants)
        return report(contestants.error(), options.json);

    for (const int signal : {SIGINT, SIGTERM})
        std::signal(signal, [](int caught) {
            interrupted = 1;
            std::signal(caught, SIG_DFL);
        });
    RaceRequest request;
    request.project = std::make_shared<const Project>(std::move(*project));
    request.contestants = *contestants;
    request.seconds = options.seconds;
    Race race(request, {});
    RacePicture picture;
    RaceState state = race.state();
    while (!state.ended) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        if (interrupted)
            race.cancel();
        state = race.state();
        if (!options.json)
            picture.showLive(state);
    }
    race.wait();
    if (state.error)
        return report(*state.error, options.json);
    options.json ? printAnswer(state) : picture.showResult(state);
    return exitCodeOf(state);
}

}  // namespace

Command addRace(CLI::App &app)
{
    auto options = std::make_shared<RaceOptions>();
    auto *command = app.add_subcommand("race", "Train a project on two devices in turn and say which is faster; records nothing");
    command->add_option("project", options->project, "The project's folder or its project.json")->required();
    command->add_option("--seconds", options->seconds, "How long each trains; compiling and warming up come on top")->capture_default_str();
    command->add_option("--devices", options->devices, "Who races: cpu, cpu/2 (threads), cuda:0, cuda:0/bfloat16 (precision); else the CPU and the first GPU")
        ->delimiter(',');
    command->add_flag("--json", options->json, "One line of JSON at the end, nothing else");
    return [options] { return race(*options); };
}

}  // namespace trainyard::cli
