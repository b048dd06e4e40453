#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &, std::span<const Shape> inputs)
{
    if (inputs[0].rank() < 2)
        return problem(fmt::format("Positional embedding expects positions x width, got {}. Put it behind an embedding, or add a reshape layer before it.",
                                   inputs[0].text()));
    return inputs[0];
}

// x + positions, with the same [positions, width] for each sample.
static Result<ValueId> emitOps(EmitContext &context)
{
    OpBuilder &builder = context.builder;
    const ValueId x = context.inputs[0];
    const bool learned = context.settings.choice("kind") == "learned";
    ParameterInit init;
    init.initializer = learned ? Initializer::Normal : Initializer::Sinusoidal;
    init.deviation = context.settings.real("deviation");
    const Shape sample = builder.shape(x).withoutBatch();
    // Sinusoids are numbered by position, whatever axes the positions have.
    const Shape table{sample.elements() / sample.back(), sample.back()};
    const ValueId positions = builder.addParameter(context.name + "/positions", table, init, learned);
    const Shape rows = table.withBatch(builder.shape(x)[0]);
    TRAINYARD_TRY(const ValueId repeated, builder.addOne(OpKind::Expand, ExpandAttributes{rows.sizes()}, {positions}));
    ValueId y = x;
    if (sample.rank() != 2) {
        TRAINYARD_TRY(y, builder.addOne(OpKind::Reshape, ReshapeAttributes{table.sizes()}, {x}));
    }
    TRAINYARD_TRY(y, builder.addOne(OpKind::Add, ActivationAttributes{}, {y, repeated}));
    if (sample.rank() != 2) {
        TRAINYARD_TRY(y, builder.addOne(OpKind::Reshape, ReshapeAttributes{sample.sizes()}, {y}));
    }
    return y;
}

LayerSpec makePositionalEmbeddingLayer()
{
    return {.type = "positional_embedding",
            .title = "Positional embedding",
            .category = Category::Core,
            .summary = "Adds to each position numbers that say where it is.",
            .help = "y[t] = x[t] + P[t] for [T, width]; all dimensions but the last are positions. Attention sees a set without order: put this behind "
                    "the embedding, once. Learned rows fit any data of this length (Radford et al. 2018); sinusoids of many wavelengths need no training "
                    "(Vaswani et al. 2017). For rotary positions, use the setting of multi-head attention instead.",
            .parameters = {choiceParameter("kind", "Kind", "learned", {"learned", "sinusoidal"}, "Whether the numbers are trained, or fixed waves."),
                           onlyWhen(realParameter("deviation", "Deviation", 0.02, 0.0, 100.0, "Standard deviation of the normal distribution the rows are drawn from."),
                                    "kind", "learned")},
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return settings.choice("kind"); }};
}

}  // namespace trainyard
