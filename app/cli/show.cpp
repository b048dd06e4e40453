// trainyard-cli show PROJECT RUN
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/open_store.h"
#include "engine/api/start_file.h"
#include "engine/base/format.h"
#include "engine/base/json_text.h"

namespace trainyard::cli {

namespace {

struct ShowOptions {
    std::string project;
    std::int64_t run = 0;
    bool json = false;
};

struct RunDetails {
    RunRecord run;
    std::vector<StoredSeries> series;
    std::vector<StoredEvent> events;
    std::vector<CheckpointRecord> checkpoints;
};

Result<RunDetails> readDetails(const ShowOptions &options)
{
    TRAINYARD_TRY(const auto store, openStore(options.project));
    RunDetails details;
    TRAINYARD_TRY(details.run, store->run(options.run));
    TRAINYARD_TRY(details.series, store->series(options.run));
    TRAINYARD_TRY(details.events, store->events(options.run));
    TRAINYARD_TRY(details.checkpoints, store->checkpoints(options.run));
    return details;
}

nlohmann::ordered_json number(const std::optional<double> &value)
{
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

void printDetails(const RunDetails &details)
{
    const RunRecord &run = details.run;
    nlohmann::ordered_json out{{"run", run.id}, {"name", run.name}, {"state", runStateName(run.state)}, {"seed", run.seed},
                               {"parameters", run.parameters}, {"metric", run.bestMetricName}, {"best", number(run.bestMetric)},
                               {"epoch", run.lastEpoch}, {"step", run.lastStep}, {"exit_reason", run.exitReason}};
    // What the store holds as JSON text goes out as JSON.
    out["environment"] = parseJson<nlohmann::ordered_json>(run.environmentJson);
    out["config"] = parseJson<nlohmann::ordered_json>(run.configJson);
    for (const char *key : {"environment", "config"})
        if (out[key].is_discarded())
            out[key] = nullptr;
    out["series"] = nlohmann::ordered_json::array();
    for (const StoredSeries &series : details.series)
        out["series"].push_back({{"name", series.name}, {"unit", series.unit}, {"count", series.count},
                                 {"last", number(series.last)}, {"min", number(series.min)}, {"max", number(series.max)}});
    out["checkpoints"] = nlohmann::ordered_json::array();
    for (const CheckpointRecord &checkpoint : details.checkpoints)
        out["checkpoints"].push_back({{"step", checkpoint.step}, {"epoch", checkpoint.epoch}, {"path", checkpoint.path},
                                      {"bytes", checkpoint.bytes}, {"reason", checkpoint.reason}});
    out["events"] = nlohmann::ordered_json::array();
    for (const StoredEvent &event : details.events)
        out["events"].push_back({{"step", event.step}, {"level", event.level}, {"kind", event.kind}, {"text", event.text}});
    printJson(out);
}

void printText(const RunDetails &details)
{
    const RunRecord &run = details.run;
    std::printf("Run %lld  %s\n", static_cast<long long>(run.id), run.name.c_str());
    std::printf("  state       %s%s%s\n", runStateName(run.state), run.exitReason.empty() ? "" : ": ", run.exitReason.c_str());
    std::printf("  started     %s, took %s\n", dateText(run.startedMs).c_str(), durationText(run).c_str());
    std::printf("  progress    epoch %lld, step %s\n", static_cast<long long>(run.lastEpoch), formatCount(run.lastStep).c_str());
    std::printf("  parameters  %s\n", formatCount(run.parameters).c_str());
    std::printf("  seed        %llu\n", static_cast<unsigned long long>(run.seed));
    if (run.bestMetric)
        std::printf("  best        %s %s at step %s\n", run.bestMetricName.c_str(), formatSignificant(*run.bestMetric).c_str(),
                    formatCount(run.bestStep).c_str());
    if (const std::string start = startText(run.environmentJson); !start.empty())
        std::printf("  weights     from %s\n", start.c_str());
    std::printf("\n  %-28s %8s %12s %12s %12s\n", "series", "points", "last", "min", "max");
    for (const StoredSeries &series : details.series) {
        const auto text = [&](const std::optional<double> &value) {
            if (!value)
                return std::string("-");
            return series.unit == "bytes" && *value >= 0 ? formatBytes(static_cast<std::uint64_t>(*value)) : formatSignificant(*value);
        };
        std::printf("  %-28s %8s %12s %12s %12s\n", series.name.c_str(), formatCount(series.count).c_str(),
                    text(series.last).c_str(), text(series.min).c_str(), text(series.max).c_str());
    }
    for (const CheckpointRecord &checkpoint : details.checkpoints)
        std::printf("\n  checkpoint  %s (%s, %s)", checkpoint.path.c_str(), formatBytes(static_cast<std::uint64_t>(checkpoint.bytes)).c_str(),
                    checkpoint.reason.c_str());
    std::printf("\n");
    for (const StoredEvent &event : details.events)
        if (event.kind != "epoch")
            std::printf("  %s  %s\n", dateText(event.timeMs).c_str(), event.text.c_str());
}

int show(const ShowOptions &options)
{
    const auto details = readDetails(options);
    if (!details)
        return report(details.error(), options.json);
    options.json ? printDetails(*details) : printText(*details);
    return kOk;
}

}  // namespace

Command addShow(CLI::App &app)
{
    auto options = std::make_shared<ShowOptions>();
    auto *command = app.add_subcommand("show", "Show one run: state, series, checkpoints, events");
    command->add_option("project", options->project, "The project's folder")->required();
    command->add_option("run", options->run, "The run's number, from `runs`")->required();
    command->add_flag("--json", options->json, "JSON for scripts");
    return [options] { return show(*options); };
}

}  // namespace trainyard::cli
