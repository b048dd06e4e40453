// trainyard-cli layers [NAME]: the reference, generated from the same specs that make palette and inspector.
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/settings_reference.h"
#include "engine/layers/layer_spec.h"

namespace trainyard::cli {

namespace {

struct LayersOptions {
    std::string name;
    bool json = false;
};

nlohmann::ordered_json toJson(const LayerSpec &spec)
{
    nlohmann::ordered_json out{{"type", spec.type}, {"title", spec.title}, {"category", categoryName(spec.category)},
                               {"summary", spec.summary}, {"help", spec.help}};
    out["parameters"] = settingsJson(spec.parameters);
    return out;
}

void printOne(const LayerSpec &spec)
{
    std::printf("%s (%s)\n%s\n\n%s\n", spec.title.c_str(), spec.type.c_str(), spec.summary.c_str(), spec.help.c_str());
    printSettings(spec.parameters);
}

int layers(const LayersOptions &options)
{
    if (!options.name.empty()) {
        const LayerSpec *spec = findLayer(options.name);
        if (!spec)
            return report({ErrorCode::NotFound, fmt::format("There is no layer {}. `trainyard-cli layers` lists them.", options.name), {}, {}}, options.json);
        if (options.json)
            printJson(toJson(*spec));
        else
            printOne(*spec);
        return kOk;
    }
    if (options.json) {
        auto list = nlohmann::ordered_json::array();
        for (const LayerSpec &spec : layerCatalog())
            list.push_back(toJson(spec));
        printJson(list);
        return kOk;
    }
    std::string category;
    for (const LayerSpec &spec : layerCatalog()) {
        if (category != categoryTitle(spec.category)) {
            category = categoryTitle(spec.category);
            std::printf("\n%s\n", category.c_str());
        }
        std::printf("  %-24s %s\n", spec.type.c_str(), spec.summary.c_str());
    }
    return kOk;
}

}  // namespace

Command addLayers(CLI::App &app)
{
    auto options = std::make_shared<LayersOptions>();
    auto *command = app.add_subcommand("layers", "The layers there are, or the reference of one");
    command->add_option("name", options->name, "A layer's type, such as conv2d");
    command->add_flag("--json", options->json, "JSON for scripts");
    return [options] { return layers(*options); };
}

}  // namespace trainyard::cli
