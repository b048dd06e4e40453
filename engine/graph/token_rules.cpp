#include "engine/graph/token_rules.h"

#include <algorithm>

#include "engine/graph/loss_rules.h"

namespace trainyard {

namespace {

bool isBelowInput(const Graph &graph, const Layer &layer)
{
    const std::vector<Wire> wires = graph.wiresInto(layer.id);
    return std::any_of(wires.begin(), wires.end(), [&](const Wire &wire) {
        const LayerSpec *above = findLayer(graph.find(wire.from)->type);
        return above && above->category == Category::Input;
    });
}

}  // namespace

bool feedsTokens(const Graph &graph, LayerId input)
{
    const std::vector<Wire> wires = graph.wires();
    return std::any_of(wires.begin(), wires.end(), [&](const Wire &wire) {
        const LayerSpec *below = wire.from == input ? findLayer(graph.find(wire.to)->type) : nullptr;
        return below && below->takesIndices();
    });
}

std::optional<Problem> tokenProblem(const Graph &graph, const LayerSpec &spec, const Layer &layer, const DataSignature &data)
{
    if ((!spec.takesIndices() && data.vocabulary == 0) || !isBelowInput(graph, layer))
        return std::nullopt;
    if (!spec.takesIndices())
        return Problem{layer.id, fmt::format("{} expects numbers, but the data are tokens of a text. Put an embedding layer before it.", layer.name),
                       {}, {}};
    if (data.vocabulary == 0)
        return Problem{layer.id, fmt::format("{} looks tokens up, but the data are numbers. Choose a text on the Data page, or replace {} by a "
                                             "dense layer.", layer.name, layer.name),
                       {}, {}};
    const std::int64_t count = settingsOf(spec, layer).integer(spec.indexCountKey);
    if (count >= data.vocabulary)
        return std::nullopt;
    Fix fix = fixOf(spec, layer, spec.indexCountKey, data.vocabulary);
    std::string message = fmt::format("{} has a table for {} tokens, but the data have {}. {}.", layer.name, count, data.vocabulary, fix.label);
    return Problem{layer.id, std::move(message), spec.indexCountKey, std::move(fix)};
}

}  // namespace trainyard
