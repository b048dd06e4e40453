// trainyard-cli sample PROJECT
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/open_store.h"
#include "engine/api/run_sample.h"
#include "engine/base/format.h"

namespace trainyard::cli {

namespace {

struct SampleOptions {
    std::string project;
    std::optional<std::int64_t> run, length, topK;
    std::optional<std::string> prompt, device;
    std::optional<double> temperature;
    std::optional<std::uint64_t> seed;
    bool best = false, json = false;
};

int sample(const SampleOptions &options)
{
    const auto store = openStore(options.project);
    if (!store)
        return report(store.error(), options.json);
    const auto folder = projectInUse(options.project);
    const auto project = folder ? loadProject(*folder) : Result<Project>(tl::unexpected(folder.error()));
    if (!project)
        return report(project.error(), options.json);
    RunSampleRequest request{options.run, options.best, options.device, {}};
    request.change = [&options](SamplingConfig &sampling) {
        sampling.prompt = options.prompt.value_or(sampling.prompt);
        sampling.length = options.length.value_or(sampling.length);
        sampling.temperature = options.temperature.value_or(sampling.temperature);
        sampling.topK = options.topK.value_or(sampling.topK);
        sampling.seed = options.seed.value_or(sampling.seed);
    };
    const auto written = sampleFromRun(*project, **store, request);
    if (!written)
        return report(written.error(), options.json);
    const TextSample &text = written->sample;
    if (options.json) {
        printJson({{"run", written->run},
                   {"step", text.step},
                   {"epoch", text.epoch},
                   {"prompt", text.settings.prompt},
                   {"text", text.text},
                   {"skipped", text.skipped},
                   {"length", text.settings.length},
                   {"temperature", text.settings.temperature},
                   {"top_k", text.settings.topK},
                   {"seed", text.settings.seed}});
        return kOk;
    }
    std::fprintf(stderr, "Run %lld, step %s, temperature %s.\n", static_cast<long long>(written->run), formatCount(text.step).c_str(),
                 formatSignificant(text.settings.temperature).c_str());
    if (!text.skipped.empty())
        std::fprintf(stderr, "The text this network has learned has no \"%s\": left out of the prompt.\n", text.skipped.c_str());
    const std::string all = text.settings.prompt + text.text + "\n";
    std::fwrite(all.data(), 1, all.size(), stdout);
    return kOk;
}

}  // namespace

Command addSample(CLI::App &app)
{
    auto options = std::make_shared<SampleOptions>();
    auto *command = app.add_subcommand("sample", "Let the network of a run write text, from a checkpoint");
    command->add_option("project", options->project, "The project's folder or its project.json")->required();
    command->add_option("--run", options->run, "Number of the run; without it the newest that has a checkpoint");
    command->add_flag("--best", options->best, "With the best weights the run has kept, instead of its latest");
    command->add_option("--prompt", options->prompt, "What the text begins with, instead of the run's prompt");
    command->add_option("--length", options->length, "Tokens to write after the prompt");
    command->add_option("--temperature", options->temperature, "0 always takes the likeliest token; higher is wilder");
    command->add_option("--top-k", options->topK, "Draw from so many of the likeliest tokens; 0: from all");
    command->add_option("--seed", options->seed, "Of the draws")->check(CLI::NonNegativeNumber);
    command->add_option("--device", options->device, "auto, cpu, cuda:0 and so on, instead of the run's");
    command->add_flag("--json", options->json, "One line of JSON for scripts");
    return [options] { return sample(*options); };
}

}  // namespace trainyard::cli
