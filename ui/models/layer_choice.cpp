#include "ui/models/layer_choice.h"

#include "engine/blocks/built_in_blocks.h"

namespace trainyard::ui {

namespace {

constexpr std::string_view kBlockPrefix = "block:", kBuiltInPrefix = "built-in:";

}  // namespace

LayerChoice LayerChoice::ofBlock(std::string definition)
{
    LayerChoice choice(kBlockType);
    choice.block = std::move(definition);
    return choice;
}

LayerChoice LayerChoice::ofBuiltIn(std::string builtIn)
{
    LayerChoice choice(kBlockType);
    choice.builtIn = std::move(builtIn);
    return choice;
}

std::optional<LayerChoice> LayerChoice::fromText(std::string_view text)
{
    if (text.starts_with(kBlockPrefix))
        return ofBlock(std::string(text.substr(kBlockPrefix.size())));
    if (text.starts_with(kBuiltInPrefix)) {
        LayerChoice choice = ofBuiltIn(std::string(text.substr(kBuiltInPrefix.size())));
        return findBuiltInBlock(choice.builtIn) ? std::optional(choice) : std::nullopt;
    }
    return findLayer(text) && text != kBlockType ? std::optional(LayerChoice(std::string(text))) : std::nullopt;
}

std::string LayerChoice::text() const
{
    return !block.empty() ? std::string(kBlockPrefix) + block : !builtIn.empty() ? std::string(kBuiltInPrefix) + builtIn : type;
}

const LayerSpec &LayerChoice::spec() const
{
    return *findLayer(type);
}

QString LayerChoice::title() const
{
    return QString::fromStdString(!block.empty() ? block : !builtIn.empty() ? findBuiltInBlock(builtIn)->title : spec().title);
}

QString LayerChoice::summary() const
{
    return QString::fromStdString(!builtIn.empty() ? findBuiltInBlock(builtIn)->summary : spec().summary);
}

QString LayerChoice::help() const
{
    return QString::fromStdString(!builtIn.empty() ? findBuiltInBlock(builtIn)->help : spec().help);
}

const std::vector<LayerChoice> &builtInChoices()
{
    static const std::vector<LayerChoice> kChoices = [] {
        std::vector<LayerChoice> choices;
        for (const BuiltInBlock &block : builtInBlocks())
            choices.push_back(LayerChoice::ofBuiltIn(block.name));
        return choices;
    }();
    return kChoices;
}

std::vector<LayerChoice> projectChoices(const Graph &network)
{
    std::vector<LayerChoice> choices;
    for (const BlockDefinition &block : network.blocks())
        choices.push_back(LayerChoice::ofBlock(block.name));
    return choices;
}

std::vector<LayerChoice> insideChoices()
{
    return {kBlockInputType, kBlockOutputType};
}

}  // namespace trainyard::ui
