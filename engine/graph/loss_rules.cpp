#include "engine/graph/loss_rules.h"

namespace trainyard {

namespace {

// What each loss expects of the targets. Adding a loss that is judged otherwise: one row.
struct LossRule {
    const char *type;
    bool ofClasses;
    const char *wrongTargets;
};
constexpr LossRule kLossRules[] = {
    {"softmax_cross_entropy", true,
     "tells classes apart, but the target of the data is a number. Use mean squared error, or choose a target with classes "
     "on the Data page."},
    {"mean_squared_error", false,
     "predicts numbers, but the target of the data is a class. Use softmax cross-entropy, or choose a numeric target on the "
     "Data page."},
};

// Walks up from the loss while the last dimension stays, to the setting that decides it: units of a dense layer,
// filters of a convolution. Nothing where branches join or the width comes from elsewhere.
std::optional<Fix> widthFix(const Graph &graph, const std::map<LayerId, LayerFacts> &facts, LayerId below, std::int64_t width)
{
    for (;;) {
        const std::vector<Wire> wires = graph.wiresInto(below);
        if (wires.size() != 1)
            return std::nullopt;
        const Layer &layer = *graph.find(wires[0].from);
        const LayerSpec *spec = findLayer(layer.type);
        const auto found = facts.find(layer.id);
        if (!spec || found == facts.end() || !found->second.output)
            return std::nullopt;
        for (const ParameterSpec &parameter : spec->parameters) {
            if (parameter.key != "units" && parameter.key != "filters")
                continue;
            // Offered only if the layer works with it: filters must suit the groups.
            Layer changed = layer;
            changed.parameters[parameter.key] = width;
            std::vector<Shape> inputs;
            for (const Wire &wire : graph.wiresInto(layer.id))
                inputs.push_back(facts.at(wire.from).output.value_or(Shape{}));
            if (checkParameter(parameter, ParameterValue(width)) || !spec->inferShape(settingsOf(*spec, changed), inputs))
                return std::nullopt;
            return fixOf(*spec, layer, parameter.key, width);
        }
        const std::vector<Wire> above = graph.wiresInto(layer.id);
        if (above.size() != 1)
            return std::nullopt;
        const auto source = facts.find(above[0].from);
        const Shape &output = *found->second.output;
        if (source == facts.end() || !source->second.output || source->second.output->rank() == 0 || output.rank() == 0
            || source->second.output->back() != output.back())
            return std::nullopt;
        below = layer.id;
    }
}

}  // namespace

Fix fixOf(const LayerSpec &spec, const Layer &layer, const std::string &key, ParameterValue value)
{
    std::string text;
    for (const ParameterSpec &parameter : spec.parameters)
        if (parameter.key == key)
            text = parameterText(parameter, value);
    return {fmt::format("Set {} of {} to {}", key, layer.name, text), layer.id, key, std::move(value)};
}

std::optional<Problem> lossProblem(const Graph &graph, const std::map<LayerId, LayerFacts> &facts, const Layer &loss,
                                   const Shape &predictions, const DataSignature &data)
{
    for (const LossRule &rule : kLossRules) {
        if (loss.type != rule.type)
            continue;
        const std::int64_t width = rule.ofClasses ? data.classes : data.targetWidth;
        if (width < 1)
            return Problem{loss.id, fmt::format("{} {}", loss.name, rule.wrongTargets), {}, {}};
        if (predictions == Shape{width})
            return std::nullopt;
        const char *what = rule.ofClasses ? (width == 1 ? "class" : "classes") : (width == 1 ? "value" : "values");
        if (predictions.rank() != 1)
            return Problem{loss.id,
                           fmt::format("{} expects one row of {} {}, got {}. Add flatten or global average pool and a dense "
                                       "layer of {} units before it.",
                                       loss.name, width, what, predictions.text(), width),
                           {},
                           {}};
        std::optional<Fix> fix = widthFix(graph, facts, loss.id, width);
        std::string advice = fix ? fix->label : fmt::format("Add a dense layer of {} units before it", width);
        return Problem{loss.id, fmt::format("{} expects {} {}, got {}. {}.", loss.name, width, what, predictions.back(), advice), {},
                       std::move(fix)};
    }
    return std::nullopt;
}

}  // namespace trainyard
