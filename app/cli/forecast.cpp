// trainyard-cli forecast PROJECT [--batch N]
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "engine/api/forecast.h"
#include "engine/api/project.h"
#include "engine/base/file.h"
#include "engine/base/format.h"

namespace trainyard::cli {

namespace {

struct ForecastOptions {
    std::string project;
    std::optional<std::int64_t> batch, recompute;
    std::optional<std::string> device, precision, gpuFile;
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
    project.training.device = options.device.value_or(project.training.device);
    if (options.precision)
        project.training.precision = *findPrecision(*options.precision);  // one of them: checked when it was read
    if (options.recompute) {
        project.training.recompute = true;
        project.training.recomputeMiB = *options.recompute;
    }
    TRAINYARD_TRY(const Dataset dataset, loadDataset(project.data, project.folder));
    TRAINYARD_CHECK(checkTraining(project.training, static_cast<std::int64_t>(dataset.train.size())));
    TRAINYARD_CHECK(checkGraph(project.graph, dataset));
    const DataTypes types = dataTypesOf(dataset);
    Answer answer;
    std::string gpu;
    if (options.gpuFile) {
        TRAINYARD_TRY(gpu, readFile(*options.gpuFile));
    }
    TRAINYARD_TRY(answer.forecast, forecast(project.graph, types, project.training, gpu));
    if (options.largest && answer.forecast.available) {
        TRAINYARD_TRY(answer.largestBatch, largestBatch(project.graph, types, project.training, *answer.forecast.available, gpu));
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
                               {"dataset_bytes", forecast.datasetBytes}, {"device_data_bytes", forecast.deviceDataBytes},
                               {"overhead_bytes", forecast.overheadBytes ? nlohmann::ordered_json(*forecast.overheadBytes) : nullptr},
                               {"flops_per_step", forecast.flopsPerStep}, {"notes", forecast.notes},
                               {"fits", forecast.fits()}};
    if (forecast.available)
        out["available_bytes"] = *forecast.available;
    if (const auto &again = forecast.recomputation)
        out["recomputation"] = {{"arena_bytes_without", again->arenaBytesWithout}, {"extra_flops", again->extraFlops}, {"ops", again->ops}, {"layers", again->layers}};
    if (answer.largestBatch)
        out["largest_batch"] = *answer.largestBatch;
    for (const DeviceForecast &device : forecast.devices) {
        nlohmann::ordered_json row{{"device", device.device}, {"arena_bytes", device.arenaBytes}, {"data_bytes", device.dataBytes},
                                   {"overhead_bytes", device.overheadBytes ? nlohmann::ordered_json(*device.overheadBytes) : nullptr},
                                   {"fits", device.fits()}};
        if (device.available)
            row["available_bytes"] = *device.available;
        out["devices"].push_back(std::move(row));
    }
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
    if (forecast.dataPlacement == DataPlacement::Host)
        std::printf("  beside it: the data set, %s\n", formatBytes(forecast.datasetBytes).c_str());
    else
        std::printf("  beside it on the device: the data set, %s, %s\n", formatBytes(forecast.deviceDataBytes).c_str(),
                    forecast.dataPlacement == DataPlacement::Resident ? "resident" : "streamed batch by batch");
    if (forecast.overheadBytes && *forecast.overheadBytes > 0)
        std::printf("  context and libraries, measured here before: %s\n", formatBytes(*forecast.overheadBytes).c_str());
    for (const DeviceForecast &device : forecast.devices)
        std::printf("  on %-8s %12s in the arena%s%s\n", device.device.c_str(), formatBytes(device.arenaBytes).c_str(),
                    device.dataBytes > 0 ? fmt::format(", {} of data", formatBytes(device.dataBytes)).c_str() : "",
                    device.available ? fmt::format(", {} free: {}", formatBytes(*device.available), device.fits() ? "fits" : "does not fit").c_str() : "");
    if (const auto &again = forecast.recomputation) {
        std::printf("  without recomputation %s; %s more work, for what is worked out a second time:\n", formatBytes(again->arenaBytesWithout).c_str(),
                    formatPercent(again->extraFlops).c_str());
        for (const std::string &layer : again->layers)
            std::printf("    %s\n", layer.c_str());
    }
    for (const std::string &note : forecast.notes)
        std::printf("  %s\n", note.c_str());
    if (forecast.available && forecast.devices.empty())
        std::printf("  %s free: it %s\n", formatBytes(*forecast.available).c_str(), forecast.fits() ? "fits" : "does not fit");
    if (answer.largestBatch)
        std::printf("  largest batch that fits (at most the data set): %s\n", formatCount(*answer.largestBatch).c_str());
    std::printf("\n  When most is in use:\n  %-24s %12s %12s %12s\n", "layer", "weights", "activations", "together");
    for (const LayerMemory &layer : forecast.layers)
        std::printf("  %-24s %12s %12s %12s\n", layer.layer.empty() ? "of no layer" : layer.layer.c_str(),
                    formatBytes(layer.bytes.parameters).c_str(),
                    formatBytes(layer.bytes.activations + layer.bytes.workspace).c_str(),
                    formatBytes(layer.bytes.total()).c_str());
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
    auto *device = command->add_option("--device", options->device, "auto, cpu, cuda:0 and so on, instead of the project's");
    command->add_option("--precision", options->precision, "float32, bfloat16 or float16, instead of the project's")
        ->check(CLI::IsMember({"float32", "bfloat16", "float16"}));
    command->add_option("--recompute", options->recompute, "Work values out a second time until the arena fits into so many MiB; 0: into what is free")
        ->check(CLI::NonNegativeNumber);
    command->add_option("--gpu", options->gpuFile, "A GPU that is not in this machine, as a file of its properties")->excludes(device);
    command->add_flag("--largest", options->largest, "Also find the largest batch that fits");
    command->add_flag("--json", options->json, "JSON for scripts");
    return [options] { return run(*options); };
}

}  // namespace trainyard::cli
