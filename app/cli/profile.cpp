// trainyard-cli profile PROJECT: where the time of a training step goes.
#include <algorithm>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "engine/api/step_profile.h"
#include "engine/base/format.h"

namespace trainyard::cli {

namespace {

struct ProfileOptions {
    std::string project;
    std::optional<std::int64_t> batch;
    std::optional<std::string> device, precision;
    std::optional<int> threads;
    int steps = 30;
    int rows = 20;
    bool json = false;
};

Result<StepProfile> ask(const ProfileOptions &options)
{
    TRAINYARD_TRY(const auto folder, projectInUse(options.project));
    TRAINYARD_TRY(Project project, loadProject(folder));
    project.training.batchSize = options.batch.value_or(project.training.batchSize);
    project.training.device = options.device.value_or(project.training.device);
    project.training.threads = options.threads.value_or(project.training.threads);
    if (options.precision)
        project.training.precision = *findPrecision(*options.precision);  // one of them: checked when it was read
    return profileSteps(project, options.steps);
}

double shareOf(const StepProfile &profile, double seconds)
{
    return profile.opSeconds > 0 ? seconds / profile.opSeconds : 0;
}

nlohmann::ordered_json toJson(const StepProfile &profile, const ProfileRow &row)
{
    nlohmann::ordered_json out;
    if (!row.op.empty())
        out["op"] = row.op;
    out["layer"] = row.layer;
    if (*row.phase)
        out["phase"] = row.phase;
    else
        out["ops"] = row.ops;
    out["seconds"] = row.seconds;
    out["share"] = shareOf(profile, row.seconds);
    out["flops"] = row.flops;
    out["bytes"] = row.bytes;
    return out;
}

std::vector<ProfileRow> longestFirst(std::vector<ProfileRow> rows)
{
    std::stable_sort(rows.begin(), rows.end(), [](const ProfileRow &a, const ProfileRow &b) { return a.seconds > b.seconds; });
    return rows;
}

void printAnswer(const StepProfile &profile)
{
    nlohmann::ordered_json out{{"device", profile.device.id},        {"name", profile.device.name},  {"threads", profile.threads},
                               {"batch_size", profile.batchSize},    {"steps", profile.steps},       {"step_seconds", profile.stepSeconds},
                               {"op_seconds", profile.opSeconds},    {"layers", nlohmann::ordered_json::array()},
                               {"ops", nlohmann::ordered_json::array()}};
    for (const ProfileRow &row : profileByLayer(profile))
        out["layers"].push_back(toJson(profile, row));
    for (const ProfileRow &row : longestFirst(profile.ops))
        out["ops"].push_back(toJson(profile, row));
    printJson(out);
}

// An op without time did no work: a view, or fused into another.
std::string rateText(double perSecond)
{
    return perSecond > 0 ? formatSignificant(perSecond * 1e-9) : "-";
}

void printRow(const StepProfile &profile, const std::string &what, const std::string &where, const ProfileRow &row)
{
    std::printf("  %-28s %-24s %7s %9s %10s %9s\n", what.c_str(), where.c_str(), formatPercent(shareOf(profile, row.seconds)).c_str(),
                formatDuration(row.seconds).c_str(), rateText(row.flopsPerSecond()).c_str(), rateText(row.bytesPerSecond()).c_str());
}

void printHead(const char *what, const char *where)
{
    std::printf("\n  %-28s %-24s %7s %9s %10s %9s\n", what, where, "share", "time", "GFLOP/s", "GB/s");
}

void printText(const StepProfile &profile, std::size_t most)
{
    std::printf("A training step of batch %lld on %s%s: %s, median of %d steps. Ops alone: %s.\n", static_cast<long long>(profile.batchSize),
                profile.device.name.c_str(), profile.threads > 0 ? fmt::format(", {} thread{}", profile.threads, profile.threads == 1 ? "" : "s").c_str() : "",
                formatDuration(profile.stepSeconds).c_str(), profile.steps, formatDuration(profile.opSeconds).c_str());
    printHead("layer", "ops");
    for (const ProfileRow &row : profileByLayer(profile))
        printRow(profile, row.layer.empty() ? "all layers" : row.layer, std::to_string(row.ops), row);
    printHead("op", "layer");
    std::vector<ProfileRow> ops = longestFirst(profile.ops);
    const std::size_t shown = std::min(most, ops.size());
    for (std::size_t i = 0; i < shown; ++i)
        printRow(profile, ops[i].op, ops[i].layer, ops[i]);
    if (shown == ops.size())
        return;
    ProfileRow rest;
    for (std::size_t i = shown; i < ops.size(); ++i) {
        rest.seconds += ops[i].seconds;
        rest.flops += ops[i].flops;
        rest.bytes += ops[i].bytes;
    }
    printRow(profile, fmt::format("{} more", ops.size() - shown), "", rest);
}

int run(const ProfileOptions &options)
{
    const auto profile = ask(options);
    if (!profile)
        return report(profile.error(), options.json);
    options.json ? printAnswer(*profile) : printText(*profile, static_cast<std::size_t>(options.rows));
    return kOk;
}

}  // namespace

Command addProfile(CLI::App &app)
{
    auto options = std::make_shared<ProfileOptions>();
    auto *command = app.add_subcommand("profile", "Say where the time of a training step goes; records nothing");
    command->add_option("project", options->project, "The project's folder")->required();
    command->add_option("--steps", options->steps, "How many steps are measured")->capture_default_str();
    command->add_option("--rows", options->rows, "How many of the ops are shown, the longest first")->check(CLI::Range(1, 100000))->capture_default_str();
    command->add_option("--batch", options->batch, "Batch size, instead of the project's");
    command->add_option("--device", options->device, "auto, cpu, cuda:0 and so on, instead of the project's");
    command->add_option("--threads", options->threads, "CPU threads, instead of the project's");
    command->add_option("--precision", options->precision, "float32, bfloat16 or float16, instead of the project's")
        ->check(CLI::IsMember({"float32", "bfloat16", "float16"}));
    command->add_flag("--json", options->json, "JSON for scripts");
    return [options] { return run(*options); };
}

}  // namespace trainyard::cli
