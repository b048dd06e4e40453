// trainyard-cli forecast PROJECT [--batch N]
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "engine/api/forecast.h"
#include "engine/api/project.h"
#include "engine/base/format.h"

namespace trainyard::cli {

namespace {

struct ForecastOptions {
    std::string project;
    std::optional<std::int64_t> batch;
    bool largest = false;
    bool json = false;
};

struct Answer {
    Forecast forecast;
    std::optional<std::int64_t> largestBatch;
};

Result<Answer> ask(const ForecastOptions &options)
{
    TRAINYARD_TRY(const auto folder, projectInUse(options.project));
    TRAINYARD_TRY(Project project, loadProject(folder));
    project.training.batchSize = options.batch.value_or(project.training.batchSize);
    TRAINYARD_TRY(const Dataset dataset, loadDataset(project.data, project.folder));
    TRAINYARD_CHECK(checkTraining(project.training, static_cast<std::int64_t>(dataset.train.size())));
    TRAINYARD_CHECK(checkGraph(project.graph, dataset));
    const DataTypes types = dataTypesOf(dataset);
    Answer answer;
    TRAINYARD_TRY(answer.forecast, forecast(project.graph, types, project.training));
    if (options.largest && answer.forecast.available) {
        TRAINYARD_TRY(answer.largestBatch, largestBatch(project.graph, types, project.training, *answer.forecast.available));
    }
    return answer;
}

nlohmann::ordered_json toJson(const MemoryBytes &bytes)
{
    return {{"parameters", bytes.parameters}, {"gradients", bytes.gradients}, {"optimizer", bytes.optimizer},
            {"activations", bytes.activations}, {"workspace", bytes.workspace}, {"data", bytes.data}, {"total", bytes.total()}};
}

void printAnswer(const Answer &answer)
{
    const Forecast &forecast = answer.forecast;
    nlohmann::ordered_json out{{"batch_size", forecast.batchSize}, {"arena_bytes", forecast.arenaBytes},
                               {"parts", toJson(forecast.bytes)}, {"lower_bound_bytes", forecast.lowerBound},
                               {"dataset_bytes", forecast.datasetBytes}, {"flops_per_step", forecast.flopsPerStep},
                               {"fits", forecast.fits()}};
    if (forecast.available)
        out["available_bytes"] = *forecast.available;
    if (answer.largestBatch)
        out["largest_batch"] = *answer.largestBatch;
    out["layers"] = nlohmann::ordered_json::array();
    for (const LayerMemory &layer : forecast.layers)
        out["layers"].push_back({{"layer", layer.layer}, {"bytes", toJson(layer.bytes)}});
    printJson(out);
}

void printText(const Answer &answer)
{
    const Forecast &forecast = answer.forecast;
    const MemoryBytes &bytes = forecast.bytes;
    std::printf("Batch %s: %s in the arena (%s bytes)\n", formatCount(forecast.batchSize).c_str(), formatBytes(forecast.arenaBytes).c_str(),
                formatCount(static_cast<std::int64_t>(forecast.arenaBytes)).c_str());
    const std::pair<const char *, std::uint64_t> parts[] = {{"parameters", bytes.parameters}, {"gradients", bytes.gradients},
                                                           {"optimizer", bytes.optimizer},   {"activations", bytes.activations},
                                                           {"workspace", bytes.workspace},   {"data", bytes.data}};
    for (const auto &[name, part] : parts)
        std::printf("  %-12s %10s\n", name, formatBytes(part).c_str());
    std::printf("  beside it: the data set, %s\n", formatBytes(forecast.datasetBytes).c_str());
    if (forecast.available)
        std::printf("  %s free: it %s\n", formatBytes(*forecast.available).c_str(), forecast.fits() ? "fits" : "does not fit");
    if (answer.largestBatch)
        std::printf("  largest batch that fits (at most the data set): %s\n", formatCount(*answer.largestBatch).c_str());
    std::printf("\n  %-24s %12s %12s\n", "layer", "weights", "activations");
    for (const LayerMemory &layer : forecast.layers)
        if (!layer.layer.empty())
            std::printf("  %-24s %12s %12s\n", layer.layer.c_str(), formatBytes(layer.bytes.parameters).c_str(),
                        formatBytes(layer.bytes.activations + layer.bytes.workspace).c_str());
}

int run(const ForecastOptions &options)
{
    const auto answer = ask(options);
    if (!answer)
        return report(answer.error(), options.json);
    options.json ? printAnswer(*answer) : printText(*answer);
    return answer->forecast.fits() ? kOk : kDoesNotFit;
}

}  // namespace

Command addForecast(CLI::App &app)
{
    auto options = std::make_shared<ForecastOptions>();
    auto *command = app.add_subcommand("forecast", "Say exactly what a run would take, without starting it");
    command->add_option("project", options->project, "The project's folder")->required();
    command->add_option("--batch", options->batch, "Batch size, instead of the project's");
    command->add_flag("--largest", options->largest, "Also find the largest batch that fits");
    command->add_flag("--json", options->json, "JSON for scripts");
    return [options] { return run(*options); };
}

}  // namespace trainyard::cli
