#include "engine/graph/loss_rules.h"

#include "engine/layers/loss_layer.h"

namespace trainyard {

namespace {

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

// What a loss can be given, per sample.
struct Expectation {
    Shape shape;
    std::optional<Shape> other;  // fits as well
    bool ofClasses = false;
};

Shape withLast(const Shape &shape, std::int64_t last)
{
    std::vector<std::int64_t> sizes = shape.sizes();
    sizes.push_back(last);
    return Shape(std::move(sizes));
}

Shape withoutLast(const Shape &shape)
{
    std::vector<std::int64_t> sizes = shape.sizes();
    sizes.pop_back();
    return Shape(std::move(sizes));
}

// A value for each class, at each position that has one, or a single one for two classes; or the values, or the sample itself.
// Nothing: the loss is not for such targets.
std::optional<Expectation> expectedOf(const LossTargets &loss, const DataSignature &data)
{
    if (data.classes > 0 && loss.classes) {
        const Shape each = withLast(data.targetShape, data.classes), single = withLast(data.targetShape, 1);
        return loss.oneColumn && data.classes == 2 ? Expectation{single, each, true} : Expectation{each, std::nullopt, true};
    }
    if (data.classes > 0 || data.targetWidth < 1 || !loss.numbers)
        return std::nullopt;
    return Expectation{data.targetShape.rank() > 0 ? data.targetShape : Shape{data.targetWidth}, std::nullopt, false};
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
    const LayerSpec &spec = *findLayer(loss.type);
    const std::optional<Expectation> expectation = expectedOf(spec.lossTargets, data);
    if (!expectation)
        return Problem{loss.id,
                       fmt::format("{} {}", loss.name,
                                   data.classes > 0 ? "predicts numbers, but the target of the data is a class. Use softmax cross-entropy, or choose a "
                                                      "numeric target on the Data page."
                                                    : "tells classes apart, but the target of the data is a number. Use mean squared error, or choose a "
                                                      "target with classes on the Data page."),
                       {},
                       {}};
    const Shape &expected = expectation->shape;
    if (predictions == expected || predictions == expectation->other)
        return std::nullopt;
    const std::int64_t width = expected.back();
    const char *what = !expectation->ofClasses ? (width == 1 ? "value" : "values")
                       : width != data.classes ? "value for two classes" : width == 1 ? "class" : "classes";
    const bool onlyWidthDiffers = predictions.rank() == expected.rank() && withoutLast(predictions) == withoutLast(expected);
    if (expected.rank() > 1 && !onlyWidthDiffers)
        return Problem{loss.id,
                       fmt::format("{} expects {}, {}, got {}. Let the layers before it put out that shape.", loss.name, expected.text(),
                                   expectation->ofClasses ? fmt::format("{} {} at each of {} positions",
                                                                        width == data.classes ? "a value for each of" : "one", 
                                                                        width == data.classes ? fmt::format("{} classes", width) : what, data.targetShape.text())
                                                          : "the shape of the sample it is compared with",
                                   predictions.text()),
                       {},
                       {}};
    if (predictions.rank() != expected.rank())
        return Problem{loss.id,
                       fmt::format("{} expects one row of {} {}, got {}. Add flatten or global average pool and a dense "
                                   "layer of {} units before it.",
                                   loss.name, width, what, predictions.text(), width),
                       {},
                       {}};
    std::optional<Fix> fix = widthFix(graph, facts, loss.id, width);
    std::string advice = fix ? fix->label : fmt::format("Add a dense layer of {} units before it", width);
    return Problem{loss.id,
                   fmt::format("{} expects {} {}{}, got {}. {}.", loss.name, width, what,
                               expected.rank() > 1 ? fmt::format(" at each of {} positions", withoutLast(expected).text()) : "",
                               predictions.back(), advice),
                   {}, std::move(fix)};
}

std::optional<Problem> inputLossProblem(const Layer &loss, const Shape &predictions, const Shape &sample, std::int64_t vocabulary)
{
    const LayerSpec &spec = *findLayer(loss.type);
    const bool ofTokens = vocabulary > 0;
    const Shape expected = ofTokens ? withLast(sample, vocabulary) : sample;
    const bool fits = ofTokens ? spec.lossTargets.classes : spec.lossTargets.numbers;
    if (fits && predictions == expected)
        return std::nullopt;
    const std::string why = !fits ? fmt::format("{} compares with the input, which are {}: that needs a loss of {}.", loss.name,
                                                ofTokens ? "tokens" : "numbers", ofTokens ? "classes" : "numbers")
                                  : fmt::format("{} compares with the input and expects its shape of {}, got {}. Let the layers before it put out that "
                                                "shape, or compare with the targets.", loss.name, expected.text(), predictions.text());
    return Problem{loss.id, why, kCompareKey, fixOf(spec, loss, kCompareKey, std::string("targets"))};
}

}  // namespace trainyard
