// trainyard-cli lr-range PROJECT
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "engine/api/rate_range.h"
#include "engine/api/project.h"
#include "engine/base/format.h"

namespace trainyard::cli {

namespace {

struct RangeOptions {
    std::string project;
    RateSweepSettings settings;
    std::optional<std::int64_t> batch;
    std::optional<std::string> device;
    bool json = false;
};

nlohmann::ordered_json toJson(const std::optional<double> &value)
{
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

void print(const RateSweep &sweep, bool json)
{
    if (json) {
        printJson({{"suggestion", toJson(sweep.suggestion)},
                   {"steepest", toJson(sweep.steepest)},
                   {"lowest", toJson(sweep.lowest)},
                   {"lowest_tenth", sweep.lowest ? toJson(*sweep.lowest / 10) : nullptr},
                   {"ran_away", sweep.ranAway},
                   {"words", sweep.words},
                   {"rates", sweep.rates},
                   {"losses", sweep.losses},
                   {"smoothed", sweep.smoothed}});
        return;
    }
    // About twenty lines of the curve, as bars between its lowest and its first loss.
    constexpr std::size_t kLines = 20, kWidth = 40;
    const std::size_t every = std::max<std::size_t>(1, sweep.rates.size() / kLines);
    const auto [low, high] = std::minmax_element(sweep.smoothed.begin(), sweep.smoothed.end());
    std::printf("%10s  %10s\n", "rate", "loss");
    for (std::size_t i = 0; i < sweep.rates.size(); i += every) {
        const double share = *high > *low ? (sweep.smoothed[i] - *low) / (*high - *low) : 0.0;
        std::string bar;
        for (std::size_t k = 0; k < static_cast<std::size_t>(share * kWidth + 0.5); ++k)
            bar += "█";
        std::printf("%10s  %10s  %s\n", formatSignificant(sweep.rates[i]).c_str(), formatSignificant(sweep.smoothed[i]).c_str(), bar.c_str());
    }
    std::printf("%s\n", sweep.words.c_str());
}

int run(const RangeOptions &options)
{
    const auto folder = projectInUse(options.project);
    if (!folder)
        return report(folder.error(), options.json);
    auto project = loadProject(*folder);
    if (!project)
        return report(project.error(), options.json);
    project->training.batchSize = options.batch.value_or(project->training.batchSize);
    project->training.device = options.device.value_or(project->training.device);
    const auto sweep = testRateRange(*project, options.settings);
    if (!sweep)
        return report(sweep.error(), options.json);
    print(*sweep, options.json);
    return kOk;
}

}  // namespace

Command addLrRange(CLI::App &app)
{
    auto options = std::make_shared<RangeOptions>();
    auto *command = app.add_subcommand("lr-range", "Find a good learning rate: a short training with a rising rate, of which nothing is kept");
    command->add_option("project", options->project, "The project's folder or its project.json")->required();
    command->add_option("--from", options->settings.from, "The lowest rate")->capture_default_str();
    command->add_option("--to", options->settings.to, "The highest rate")->capture_default_str();
    command->add_option("--steps", options->settings.steps, "How many steps the rate takes from one to the other")->capture_default_str();
    command->add_option("--batch", options->batch, "Batch size, instead of the project's");
    command->add_option("--device", options->device, "auto, cpu, cuda:0 and so on, instead of the project's");
    command->add_flag("--json", options->json, "One line of JSON with the curve");
    return [options] { return run(*options); };
}

}  // namespace trainyard::cli
