// trainyard-cli runs PROJECT
#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/open_store.h"
#include "engine/base/format.h"

namespace trainyard::cli {

namespace {

struct RunsOptions {
    std::string project;
    bool json = false;
};

// Padded to a width in characters; printf counts bytes.
std::string padded(const std::string &text, std::size_t width)
{
    const auto characters = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
    return text + std::string(width > characters ? width - characters : 0, ' ');
}

void printTable(const std::vector<RunRecord> &runs)
{
    constexpr std::size_t kWidestName = 48;  // a longer one moves its own line only
    std::size_t width = 4;
    for (const RunRecord &run : runs)
        width = std::max(width, std::min(run.name.size(), kWidestName));
    std::printf("%5s  %s  %-12s %-16s %10s  %7s  %s\n", "run", padded("name", width).c_str(), "state", "started", "took", "epochs", "best");
    for (const RunRecord &run : runs) {
        const std::string best = run.bestMetric ? run.bestMetricName + " " + formatSignificant(*run.bestMetric) : "-";
        std::printf("%5lld  %s  %-12s %-16s %10s  %7lld  %s\n", static_cast<long long>(run.id), padded(run.name, width).c_str(),
                    runStateName(run.state), dateText(run.startedMs).c_str(), durationText(run).c_str(),
                    static_cast<long long>(run.lastEpoch), best.c_str());
    }
}

int runs(const RunsOptions &options)
{
    const auto store = openStore(options.project);
    if (!store)
        return report(store.error(), options.json);
    const auto records = (*store)->runs();
    if (!records)
        return report(records.error(), options.json);
    if (options.json) {
        auto list = nlohmann::ordered_json::array();
        for (const RunRecord &run : *records)
            list.push_back({{"run", run.id},
                            {"name", run.name},
                            {"state", runStateName(run.state)},
                            {"started_ms", run.startedMs},
                            {"ended_ms", run.endedMs},
                            {"step", run.lastStep},
                            {"epoch", run.lastEpoch},
                            {"metric", run.bestMetricName},
                            {"best", run.bestMetric ? nlohmann::ordered_json(*run.bestMetric) : nlohmann::ordered_json(nullptr)},
                            {"parameters", run.parameters},
                            {"device", run.device},
                            {"tags", run.tags},
                            {"notes", run.notes}});
        printJson(list);
        return kOk;
    }
    printTable(*records);
    return kOk;
}

}  // namespace

Command addRuns(CLI::App &app)
{
    auto options = std::make_shared<RunsOptions>();
    auto *command = app.add_subcommand("runs", "List a project's runs, newest first");
    command->add_option("project", options->project, "The project's folder")->required();
    command->add_flag("--json", options->json, "JSON for scripts");
    return [options] { return runs(*options); };
}

}  // namespace trainyard::cli
