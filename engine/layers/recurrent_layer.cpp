#include "engine/layers/recurrent_layer.h"

#include <array>
#include <cmath>

#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

namespace {

constexpr std::int64_t kMostUnits = 1 << 16, kMostLayers = 16;

// The states that come out of each layer of the stack.
std::int64_t statesOf(const LayerSettings &settings)
{
    return settings.integer("units") * (settings.boolean("bidirectional") ? 2 : 1);
}

bool givesAll(const LayerSettings &settings)
{
    return settings.choice("output") == "all";
}

// A dropout's number among the random streams: the layer's own, and which of the stack it is in the high bits.
std::uint32_t dropoutKey(const EmitContext &context, std::int64_t layer)
{
    return context.randomKey ^ (static_cast<std::uint32_t>(layer) << 24);
}

struct Direction {
    ValueId states, last;
};

Result<Direction> emitDirection(const RecurrentCell &cell, EmitContext &context, const std::string &name, ValueId x, bool reverse,
                                ParameterInit bias)
{
    OpBuilder &builder = context.builder;
    const std::int64_t units = context.settings.integer("units"), columns = cell.gates * units;
    ParameterInit weights;
    weights.initializer = Initializer::Uniform;
    weights.deviation = 1.0 / std::sqrt(static_cast<double>(units));
    const ValueId inputWeights = builder.addParameter(name + "/input_weights", Shape{builder.shape(x).back(), columns}, weights);
    const ValueId recurrentWeights = builder.addParameter(name + "/recurrent_weights", Shape{units, columns}, weights);
    bias.deviation = weights.deviation;
    const ValueId biases = builder.addParameter(name + "/bias", Shape{columns}, bias);
    TRAINYARD_TRY(const ValueId gates, builder.addOne(OpKind::Dense, DenseAttributes{.units = columns, .bias = true, .post = {}},
                                                      {x, inputWeights, biases}));
    std::vector<ValueId> inputs{gates, recurrentWeights};
    if (cell.op == OpKind::Gru)
        inputs.push_back(builder.addParameter(name + "/recurrent_bias", Shape{units}, weights));
    TRAINYARD_TRY(const auto outputs, builder.add(cell.op, RecurrentAttributes{units, reverse}, std::move(inputs)));
    return Direction{outputs[1], outputs[2]};
}

}  // namespace

std::vector<ParameterSpec> recurrentParameters()
{
    return {integerParameter("units", "Units", 64, 1, kMostUnits, "How many states each layer keeps from position to position."),
            integerParameter("layers", "Layers", 1, 1, kMostLayers, "How many are stacked, each reading all states of the one before. 1 or 2 are usual."),
            booleanParameter("bidirectional", "Bidirectional", false,
                             "Reads the sequence backwards, too, with weights of its own; the states of both directions lie side by side. "
                             "Not for forecasts, where the future is not known."),
            choiceParameter("output", "Output", "last", {"last", "all"},
                            "last: the states after the whole sequence, for one answer per sequence. all: the states at every position, for "
                            "an answer at each, or for another sequence layer."),
            realParameter("dropout", "Dropout between layers", 0.0, 0.0, 0.95,
                          "Share of the states that are zeroed on their way to the next layer while training; needs 2 layers or more.")};
}

ShapeResult recurrentShape(const RecurrentCell &cell, const LayerSettings &settings, std::span<const Shape> inputs)
{
    const Shape &x = inputs[0];
    if (x.rank() != 2)
        return problem(fmt::format("{} expects a sequence of positions x features, got {}. Add a reshape layer before it, or connect a layer "
                                   "that puts out sequences.",
                                   cell.title, x.text()));
    const std::int64_t units = settings.integer("units"), states = statesOf(settings);
    const std::int64_t widest = settings.integer("layers") > 1 ? std::max(x[1], states) : x[1];
    if (auto found = checkWeights(cell.title, std::array{std::max(widest, units), cell.gates * units}, "units"))
        return tl::unexpected(std::move(*found));
    if (auto gates = boundedShape(cell.title, Shape{x[0], cell.gates * units}, "units"); !gates)
        return gates;
    if (auto all = boundedShape(cell.title, Shape{x[0], states}, "units"); !all || givesAll(settings))
        return all;
    return Shape{states};
}

Result<ValueId> emitRecurrent(const RecurrentCell &cell, EmitContext &context, ParameterInit bias)
{
    const std::int64_t layers = context.settings.integer("layers");
    const auto rate = static_cast<float>(context.settings.real("dropout"));
    ValueId x = context.inputs[0];
    for (std::int64_t layer = 1; layer <= layers; ++layer) {
        const std::string name = fmt::format("{}/layer{}", context.name, layer);
        TRAINYARD_TRY(const Direction forward, emitDirection(cell, context, name, x, false, bias));
        const bool all = layer < layers || givesAll(context.settings);
        ValueId states = all ? forward.states : forward.last;
        if (context.settings.boolean("bidirectional")) {
            TRAINYARD_TRY(const Direction backward, emitDirection(cell, context, name + "_reverse", x, true, bias));
            TRAINYARD_TRY(states, context.builder.addOne(OpKind::Concat, ConcatAttributes{-1}, {states, all ? backward.states : backward.last}));
        }
        if (layer < layers && rate > 0.0f && context.mode == Mode::Train) {
            TRAINYARD_TRY(states, context.builder.addOne(OpKind::Dropout, DropoutAttributes{rate, dropoutKey(context, layer)}, {states}));
        }
        x = states;
    }
    return x;
}

std::string recurrentLabel(const LayerSettings &settings)
{
    const std::int64_t layers = settings.integer("layers");
    return fmt::format("{}{}{}{}", settings.integer("units"), layers > 1 ? fmt::format(" · {} layers", layers) : std::string(),
                       settings.boolean("bidirectional") ? " · both ways" : "", givesAll(settings) ? " · all" : "");
}

}  // namespace trainyard
