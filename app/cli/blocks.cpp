// trainyard-cli blocks [NAME]: the built-in blocks, and the reference of one with the layers it is made of.
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/settings_reference.h"
#include "engine/blocks/built_in_blocks.h"

namespace trainyard::cli {

namespace {

struct BlocksOptions {
    std::string name;
    bool json = false;
};

// What the block's definition holds as it is usually set.
Graph usualBody(const BuiltInBlock &block)
{
    const ParameterMap usual;
    return block.make(LayerSettings(block.settings, usual));
}

nlohmann::ordered_json toJson(const BuiltInBlock &block)
{
    nlohmann::ordered_json out{{"name", block.name}, {"title", block.title}, {"summary", block.summary}, {"help", block.help}};
    out["parameters"] = settingsJson(block.settings);
    out["graph"] = graphToJson(usualBody(block));
    return out;
}

void printOne(const BuiltInBlock &block)
{
    std::printf("%s (%s)\n%s\n\n%s\n", block.title.c_str(), block.name.c_str(), block.summary.c_str(), block.help.c_str());
    printSettings(block.settings);
    const Graph body = usualBody(block);
    std::printf("\nLayers\n");
    for (const Layer &layer : body.layers()) {
        std::string sources;
        for (const Wire &wire : body.wiresInto(layer.id))
            sources += (sources.empty() ? "" : ", ") + body.find(wire.from)->name;
        const LayerSpec &spec = *findLayer(layer.type);
        std::printf("  %-20s %-20s %-24s %s\n", layer.name.c_str(), spec.title.c_str(), spec.label(settingsOf(spec, layer)).c_str(), sources.c_str());
    }
}

int blocks(const BlocksOptions &options)
{
    if (!options.name.empty()) {
        const BuiltInBlock *block = findBuiltInBlock(options.name);
        if (!block)
            return report({ErrorCode::NotFound, fmt::format("There is no built-in block {}. `trainyard-cli blocks` lists them.", options.name), {}, {}},
                          options.json);
        if (options.json)
            printJson(toJson(*block));
        else
            printOne(*block);
        return kOk;
    }
    if (options.json) {
        auto list = nlohmann::ordered_json::array();
        for (const BuiltInBlock &block : builtInBlocks())
            list.push_back(toJson(block));
        printJson(list);
        return kOk;
    }
    for (const BuiltInBlock &block : builtInBlocks())
        std::printf("  %-24s %s\n", block.name.c_str(), block.summary.c_str());
    return kOk;
}

}  // namespace

Command addBlocks(CLI::App &app)
{
    auto options = std::make_shared<BlocksOptions>();
    auto *command = app.add_subcommand("blocks", "The built-in blocks there are, or the reference of one");
    command->add_option("name", options->name, "A block's name, such as residual");
    command->add_flag("--json", options->json, "JSON for scripts");
    return [options] { return blocks(*options); };
}

}  // namespace trainyard::cli
